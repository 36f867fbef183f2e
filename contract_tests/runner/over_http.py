"""Bring a service that runs elsewhere under contract: its address, and perhaps its database's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ..databases import Database, Server
from ..instruments.background import Background
from ..instruments.recorder import Recorder
from ..rules.violation import UsageError
from ..service.access import Access
from ..service.backdoor import BackDoor
from ..service.budget import Budget
from ..service.created import CreatedRows
from ..service.loop import AppLoop, open_loop
from ..service.preparing import run_command
from ..service.resource import Resource
from ..service.service import Service
from ..service.transports.http import HttpTransport
from .closing import note
from .options import Options
from .run_database import run_database
from .stopping import stop


@contextmanager
def open_address(options: Options, budget: Budget) -> Iterator[Service]:
    """The service at an address; rows of the kit are taken away at the end.

    Raises `UsageError` unless writing there is permitted, or if nobody answers.
    """
    _require_permission(options)
    with ExitStack() as stack:
        # A word such as the default names a database to be made, which that service does not use.
        is_named = "://" in options.database
        given = stack.enter_context(run_database(options)) if is_named else None
        if options.prepare:
            run_command(options.prepare, options.root)
        loop = stack.enter_context(open_loop())
        door = _door(*given, loop) if given else None
        note(f"connecting to {options.app}")
        created = CreatedRows()
        transport = HttpTransport(options.app, Recorder(), created.note)
        access = Access(options.app, transport, loop, door=door, created=created, budget=budget)
        service = Service(access, Resource("", {}), options.header)
        stack.callback(stop, service)
        if door is not None:
            door.open()
        yield service


def _door(server: Server, database: Database, loop: AppLoop) -> BackDoor:
    return BackDoor(database, server.version, loop, _cannot_relieve, Background())


def _cannot_relieve() -> None:
    """Leave connections where they are: they are lent by a pool in another process."""


def _require_permission(options: Options) -> None:
    """Raise `UsageError` unless the run permits the kit to write there."""
    if not options.allow_existing_database:
        raise UsageError(
            f"{options.app} is a service that is running, and judging it creates rows in its "
            "database. Permit this with --contract-allow-existing-database; the rows that the kit "
            "created are deleted again, where the service offers DELETE"
        )
    if options.operation:
        raise UsageError(
            f"{options.app} is a service that is running, and no rule looks at "
            f"--contract-operation {str(options.operation)!r} there: leave it out, or name the app"
        )
