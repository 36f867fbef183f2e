"""Runs of Alembic's commands through the project's own env.py, as its command line runs them."""

from __future__ import annotations

import asyncio
import gc
import io
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection, Engine

from ...instruments.attribution import is_app
from ...instruments.listening import listen
from ..transports.locate import line_of, reason_of, settings_missing
from .blocked import BlockedWriters
from .project import MigrationsProject

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

Question = Callable[["MigrationContext"], object]


class MigrationsFailed(Exception):  # noqa: N818 - a result, and no error of the kit
    """A command of Alembic has failed; `is_declared` where the migration says it cannot go back.

    It `wants_settings` where it has failed for want of some.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(_described(error))
        self.is_declared = _is_declared(error)
        self.wants_settings = isinstance(error, Exception) and bool(settings_missing(error))


class MigrationsEnvironment:
    """Runs the commands of a project in this process, in its folder.

    `statements` are those that the migrations have made, `addresses` those that env.py opened;
    `blocked` are the writers whom the last command has kept waiting. A command ends as its process
    does on the command line: no engine keeps a connection.
    """

    def __init__(self, project: MigrationsProject) -> None:
        self.project = project
        self.statements: list[str] = []
        self.addresses: dict[str, None] = {}
        self._opened: set[Engine] = set()
        self.blocked = BlockedWriters()

    def upgrade(self, revision: str = "heads") -> None:
        """Upgrade to a revision. Raises `MigrationsFailed`."""
        from alembic import command

        self._run(lambda: command.upgrade(self.project.config(), revision))

    def downgrade(self, revision: str) -> None:
        """Downgrade to a revision. Raises `MigrationsFailed`."""
        from alembic import command

        self._run(lambda: command.downgrade(self.project.config(), revision))

    def offline(self) -> str:
        """Give the upgrade from nothing as SQL. Raises `MigrationsFailed`."""
        from alembic import command

        written = io.StringIO()
        config = self.project.config(output_buffer=written)
        self._run(lambda: command.upgrade(config, "heads", sql=True))
        return written.getvalue()

    def ask(self, question: Question) -> None:
        """Let env.py configure a context, and put a question to it instead of migrating."""
        from alembic.runtime.environment import EnvironmentContext

        config, script = self.project.config(), self.script()

        def nothing(_revision: object, context: MigrationContext) -> list[Any]:
            question(context)
            return []

        # By `dont_mutate`, or Alembic would make its table of versions.
        with EnvironmentContext(config, script, fn=nothing, dont_mutate=True):
            self._run(script.run_env)

    def script(self) -> Any:
        """Read the revisions. Raises `MigrationsFailed`."""
        from alembic.script import ScriptDirectory

        made: list[Any] = []
        self._run(lambda: made.append(ScriptDirectory.from_config(self.project.config())))
        return made[0]

    def _run(self, run: Callable[[], object]) -> None:
        with ExitStack() as undo:
            listen(undo, (Engine, "before_cursor_execute", self._executes))
            listen(undo, (Engine, "engine_connect", self._connects))
            self.blocked = undo.enter_context(BlockedWriters())
            undo.enter_context(own_loop())
            undo.enter_context(chdir(self.project.folder))
            undo.enter_context(redirect_stdout(io.StringIO()))
            try:
                run()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - revisions are the project's
                raise MigrationsFailed(error) from None
            finally:
                self._forget()

    def _forget(self) -> None:
        """Let engines go that outlive a command, such as the app's: their loop is closed by now."""
        while self._opened:
            engine = self._opened.pop()
            engine.dispose(close=not engine.dialect.is_async)
        gc.collect()

    def _executes(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)

    def _connects(self, conn: Connection) -> None:
        self.addresses[conn.engine.url.render_as_string(hide_password=False)] = None
        self._opened.add(conn.engine)


@contextmanager
def own_loop() -> Iterator[None]:
    """Give this thread a loop of its own, which runs nothing.

    A project's `env.py` runs a loop, and many ask for the current one as a main thread has.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _is_declared(error: BaseException) -> bool:
    """Return whether the migration itself says that there is no such way, and not a library."""
    raised = traceback.extract_tb(error.__traceback__)
    return isinstance(error, NotImplementedError) and is_app(raised[-1].filename)


def _described(error: BaseException) -> str:
    """The error in one line, with the line of the migration, or the settings that it wants."""
    if isinstance(error, Exception) and settings_missing(error):
        return reason_of(error)
    first = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first} ({line_of(error)})"
