"""The migrations of a service, each way to take them once, on databases made for that.

What happened is a record afterwards, made when a rule first asks for it.
"""

from __future__ import annotations

from functools import cached_property

from sqlalchemy.engine import make_url

from ...databases import Database
from ...databases.places import is_same, place_at
from ...rules.violation import NotApplicable, Undecided
from ...service.migrations.remote import migrations_remote
from ...service.service import Service
from ..startup import StartupScenarios, new_database
from .drift import Drift, drift
from .shell import upgraded_by_shell
from .steps import Walked, take_revisions
from .together import Together, together

__all__ = ["Drift", "MigrationsScenarios", "Together", "Walked"]


class MigrationsScenarios:
    """Upgrades and downgrades of the service's migrations elsewhere, each when first asked for.

    `startups` prepare a database as the user says, by a command that makes a part of the schema.
    """

    def __init__(self, service: Service, startups: StartupScenarios) -> None:
        self._service = service
        self._process = service.process
        self._startups = startups

    @cached_property
    def heads(self) -> dict[str, list[str]]:
        """The labels of each head."""
        with migrations_remote(self._process, new_database(self._service)) as trial:
            answer = trial.ask("heads")
        if answer["failure"]:
            raise NotApplicable(f"the revisions cannot be read: {answer['failure']}")
        found: dict[str, list[str]] = answer["heads"]
        return found

    @cached_property
    def _upgraded(self) -> tuple[Database, str]:
        database = new_database(self._service)
        return database, upgraded_by_shell(self._process, database)

    @property
    def failure(self) -> str:
        """The failure of `alembic upgrade heads` on an empty database; empty if it succeeded."""
        return self._upgraded[1]

    @cached_property
    def is_begun_by_others(self) -> bool:
        """Return whether the upgrade succeeds only on what the user's own command has made."""
        if not (self.failure and self._startups.is_prepared):
            return False
        return not upgraded_by_shell(self._process, self._startups.empty())

    @property
    def upgraded(self) -> Database:
        """A database that was empty and is upgraded. Raises `NotApplicable` if that failed."""
        if self.failure:
            raise NotApplicable(f"an empty database cannot be upgraded: {self.failure}")
        return self._upgraded[0]

    @cached_property
    def drift(self) -> Drift:
        """The schema that the migrations make beside that of the models."""
        return drift(self._process, self.upgraded, new_database(self._service))

    @cached_property
    def walk(self) -> Walked:
        """Each revision taken up, with rows in the tables before it."""
        return self._walked(stairs=False)

    @cached_property
    def stairs(self) -> Walked:
        """Each revision taken up, down and up again, with rows in the tables before it."""
        return self._walked(stairs=True)

    def _walked(self, *, stairs: bool) -> Walked:
        walked = take_revisions(self._process, new_database(self._service), stairs=stairs)
        if walked.stopped and not walked.filled and not self.failure:
            raise Undecided(f"the revisions cannot be taken one at a time: {walked.stopped}")
        return walked

    @cached_property
    def together(self) -> Together:
        """Two upgrades at the same time."""
        return together(self._process, self.upgraded, new_database(self._service))

    @cached_property
    def offline_failure(self) -> str:
        """The failure of the upgrade that is written as SQL; empty if it could be."""
        with migrations_remote(self._process, new_database(self._service)) as trial:
            return str(trial.ask("offline")["failure"])

    @cached_property
    def elsewhere(self) -> tuple[str, str] | None:
        """The database that env.py asks for beside the service's, if they are not the same one."""
        with migrations_remote(self._process, self._service.database) as trial:
            answer = trial.ask("address")
        if answer["failure"]:
            raise NotApplicable(f"env.py fails: {answer['failure']}")
        theirs = [place_at(make_url(text)) for text in answer["addresses"]]
        ours = [place_at(engine.url) for engine in self._service.recorder.engines]
        found = [(there, here) for there in theirs for here in ours]
        if not found:
            raise NotApplicable("the service or env.py opens no engine of SQLAlchemy")
        if any(is_same(there, here) for there, here in found):
            return None
        for name in answer["unset"]:
            raise NotApplicable(
                f"env.py asks for {name}, which is not set: --contract-env '{name}={{url}}'"
            )
        return str(found[0][0]), str(found[0][1])
