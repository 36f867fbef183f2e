"""Ask an interpreter of its own to act on the migrations of a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...databases import Database
from ...rules.violation import Undecided, UsageError
from ..process import ServiceProcess
from ..workers.subprocess_app import SubprocessApp
from .project import MigrationsProject


@dataclass(frozen=True)
class MigrationsRemote:
    """An interpreter that acts on the migrations of a project, on one database."""

    trial: SubprocessApp
    project: MigrationsProject
    database: Database

    def tell(self, what: str, **details: Any) -> None:
        """Name an act without waiting for its end."""
        self.trial.tell(
            act="migrations",
            what=what,
            settings=str(self.project.settings),
            folder=str(self.project.folder),
            url=self.database.url.render_as_string(hide_password=False),
            **details,
        )

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """Have it act, and give the answer, where `failure` is what a command of Alembic says.

        Raises `Undecided` if the interpreter itself failed.
        """
        self.tell(what, **details)
        answer = self.trial.result()
        if not answer["ok"]:
            raise Undecided(f"{what} of the migrations: {answer['error']}")
        return answer

    def find(self, what: str) -> Any:
        """Have it act, and give what it has found. Raises `Undecided` if it has failed."""
        return finding(self.ask(what), what)

    def stream(self, what: str, **details: Any) -> Iterator[dict[str, Any]]:
        """Have it act, and give all that it tells, the answer at last."""
        self.tell(what, **details)
        while True:
            try:
                answer = self.trial.receive()
            except TimeoutError as error:
                raise Undecided(f"{what} of the migrations: {error}") from None
            yield answer
            if "ok" in answer:
                return


def finding(answer: dict[str, Any], what: str) -> Any:
    """Give what an act has found. Raises `Undecided` if a command of Alembic has failed."""
    if answer["failure"]:
        raise Undecided(f"{what} of the migrations: {answer['failure']}")
    return answer["found"]


@contextmanager
def migrations_remote(process: ServiceProcess, database: Database) -> Iterator[MigrationsRemote]:
    """Give an interpreter for the migrations that the service has."""
    project = process.origin.migrations
    assert project is not None
    with process.subprocess_app(database) as trial:
        yield MigrationsRemote(trial, project, database)


def migrate(process: ServiceProcess, database: Database) -> None:
    """Upgrade a database in another interpreter, as a project does.

    In this one it would leave loggers off and connections open. Raises `UsageError` if it wants
    settings, and `Undecided` if it fails otherwise.
    """
    with migrations_remote(process, database) as trial:
        answer = trial.ask("upgrade")
    if answer["failure"]:
        words = f"`alembic upgrade heads` in {trial.project.folder} failed: {answer['failure']}"
        if answer["wants_settings"]:
            raise UsageError(f"{words}; name another command with --contract-prepare")
        raise Undecided(words)
