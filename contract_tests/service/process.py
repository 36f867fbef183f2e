"""Start the service again: in this process, or in an interpreter of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sqlalchemy.engine import URL

from ..databases import Database, Server
from ..databases.redirects import alias_of
from ..rules.violation import CannotGoOn, NotApplicable, Undecided, UsageError
from .address import Handover
from .loop import AppLoop, cancel_others
from .migrations.project import MigrationsProject
from .transports.asgi import AsgiTransport
from .transports.lifespan import LifespanFailed
from .transports.locate import locate
from .transports.presence import Presence
from .transports.reloading import relocated
from .workers.fork_server import ForkServer
from .workers.subprocess_app import SubprocessApp

NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Origin:
    """The origin of a service: enough to start it again in an interpreter of its own."""

    app: str
    roots: tuple[Path, ...]
    handover: Handover
    server: Server
    fork_server: ForkServer
    is_factory: bool
    migrations: MigrationsProject | None = None


@dataclass(frozen=True)
class ServiceProcess:
    """Starts and stops the app of this process, and starts others of its kind.

    `presence` is what must be there in this process meanwhile.
    """

    origin: Origin
    transport: AsgiTransport
    loop: AppLoop
    presence: Presence

    def start(self) -> None:
        """Run the app's start-up. Raises `LifespanFailed`."""
        self.loop.run(self.transport.start())

    def stop(self) -> None:
        """Run the app's shutdown. Raises `LifespanFailed`."""
        self.loop.run(self.transport.stop())

    def restart(self) -> None:
        """Stop the app, and start a new one of the same factory in this process.

        Raises `NotApplicable` if there is no factory, `Undecided` if the shutdown fails, and
        `CannotGoOn` if no service is left.
        """
        if not self.origin.is_factory:
            raise NotApplicable("the app is the one object of its module, not a factory's")
        failure = self._stopped()
        self.transport.renew(locate(self.origin.app, self.origin.roots).make())
        try:
            self.start()
        except LifespanFailed as error:
            raise CannotGoOn(f"the service could not be restarted: {error}") from None
        if failure:  # said after the start: the tests to come need a service
            raise Undecided(f"the service could not be restarted: {failure}")

    def renew(self, clean: Callable[[], object], *, is_afresh: bool) -> str:
        """Replace the app by a new one, and close all connections of the old one.

        `clean` takes away what is left of it then. If `is_afresh`, its modules are imported anew
        as well. Return why that failed, or nothing.
        """
        stopping = self._stopped()
        self.loop.run(self.transport.release())
        self.loop.run(cancel_others())
        # By now nothing of the old app holds a lock that would be in its way.
        clean()
        find = relocated if is_afresh else locate
        try:
            self.transport.renew(find(self.origin.app, self.origin.roots).make())
            self.start()
        except (UsageError, LifespanFailed) as error:
            return f"{error}; before, {stopping}" if stopping else str(error)
        return ""

    def _stopped(self) -> str:
        """Run the shutdown, and give its failure as a text."""
        try:
            self.stop()
        except LifespanFailed as failure:
            return str(failure)
        return ""

    def subprocess_app(
        self, database: Database, variables: Mapping[str, str] = NO_VARIABLES
    ) -> SubprocessApp:
        """Give the service in an interpreter of its own, on a database; `variables` come on top."""
        return self._led(self.origin.handover.variables(database) | dict(variables))

    def unreachable_app(self, database: Database, password: str = "") -> SubprocessApp:
        """Give the service in an interpreter of its own, where no database of this kind answers.

        A `password` is put into the address, so that it can be recognised where it shows.
        """
        url = database.unreachable()
        url = url.set(password=password) if password else url
        return self._led(self.origin.handover.variables_at(database, url))

    def replicated_app(
        self, database: Database, names: tuple[str, ...], goal: URL
    ) -> SubprocessApp:
        """Give the service in an interpreter of its own, with a read replica at `goal`.

        Its address is in the variables of these names; the service knows it by an alias only.
        """
        return self._led(self.origin.handover.replica_variables(database, names, goal))

    def variables_by_alias(self, database: Database, password: str) -> dict[str, str]:
        """Give the variables that lead to a database by an alias.

        A `password` is put into the address; nobody asks for it, since connections are led.
        """
        url = alias_of(database.url)
        url = url.set(password=password) if password else url
        return self.origin.handover.variables_by_alias(database, url)

    def _led(self, variables: dict[str, str]) -> SubprocessApp:
        return SubprocessApp(self.origin.app, self.origin.roots, variables, self.origin.fork_server)

    def relieve(self) -> None:
        """Take back every connection that requests still hold."""
        self.loop.run(self.transport.relieve())
