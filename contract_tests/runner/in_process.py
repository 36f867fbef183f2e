"""Bring an app under contract in this process: a database, its address, the app, its start-up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from ..databases import OUTSIDE_VIEW, Database, Server
from ..databases.scratch import scratch
from ..instruments.confined import Confined
from ..instruments.confinement import Children, Confinement
from ..instruments.recorder import Recorder
from ..instruments.spawned import Spawned
from ..instruments.startup_log import StartupLog
from ..rules.violation import Undecided, UsageError
from ..service.access import Access
from ..service.address import Handover, environment
from ..service.backdoor import BackDoor
from ..service.budget import Budget
from ..service.loop import open_loop
from ..service.migrations.project import find_project
from ..service.migrations.remote import migrate
from ..service.preparing import NO_TABLES, run_command
from ..service.process import Origin, ServiceProcess
from ..service.resource import Resource
from ..service.service import Service
from ..service.transports.asgi import AsgiTransport
from ..service.transports.home import require_no_stray
from ..service.transports.lifespan import LifespanFailed
from ..service.transports.locate import locate
from ..service.transports.presence import Presence, ProcessHook
from ..service.watchdog import Watchdog
from ..service.workers.fork_server import ForkServer
from .closing import captured_output, give_up, note, say
from .logs import plain_records, quiet_engines
from .options import Options
from .run_database import run_database
from .stopping import stop


@contextmanager
def open_app(options: Options, budget: Budget, *, has_startups: bool) -> Iterator[Service]:
    """The started app; everything is undone at the end.

    What trials need is made ready beside it if there will be some. Raises `UsageError` when
    the app cannot be found or started.
    """
    with ExitStack() as stack:
        server, database = stack.enter_context(run_database(options))
        watchdog = Watchdog(say, give_up, is_late=lambda: budget.is_over)
        parts = (server, database, watchdog)
        process, confined = _made(options, *parts, stack, has_startups=has_startups)
        background = process.transport.recorder.background
        door = BackDoor(database, server.version, process.loop, process.relieve, background)
        access = Access(options.app, process.transport, process.loop, process, door, budget=budget)
        service = Service(access, Resource("", {}), options.header)
        # Before the start-up, so that one that fails half-way is shut down as well.
        stack.callback(stop, service)
        service.door.open()
        confined.beside = service.run(service.database.beside())
        with StartupLog() if options.pinned else nullcontext() as log:
            _start(service, confined)
        service.start_lines = tuple(log.lines) if log else None
        yield service


def _made(
    options: Options,
    server: Server,
    database: Database,
    watchdog: Watchdog,
    stack: ExitStack,
    *,
    has_startups: bool,
) -> tuple[ServiceProcess, Confined]:
    """Put the instruments in place, import the app and make it."""
    handover = Handover(options.env, _confinement(options, database, stack))
    confined, recorder = handover.confinement.here(database.url), Recorder()
    spawned = Spawned()
    # First, so undone last: the app's own shutdown may end them.
    stack.callback(spawned.end)
    parts = _parts(handover, database, recorder, confined)
    presence = stack.enter_context(Presence(*parts, lambda: spawned))
    # The command inherits this process's environment, which leads to the database by now.
    if options.prepare:
        run_command(options.prepare, options.root)
    roots = (options.root, Path.cwd())
    # From here on code of the app runs in this process, and any of it may never return.
    stack.enter_context(watchdog)
    with _stage(f"importing {options.app}", confined):
        located = locate(options.app, roots)
    fork_server = stack.enter_context(ForkServer())
    if has_startups:
        # After the import of the app: it loads what that has loaded.
        fork_server.prepare()
    loop = stack.enter_context(open_loop())
    watchdog.follow(loop.loop)
    with _stage(f"making {options.app}", confined):
        transport = AsgiTransport(located.make(), recorder, confined)
    migrations = find_project(options.app, roots, options.migrations)
    factory = located.is_factory
    origin = Origin(options.app, roots, handover, server, fork_server, factory, migrations)
    return ServiceProcess(origin, transport, loop, presence), confined


def _confinement(options: Options, database: Database, stack: ExitStack) -> Confinement:
    """Give the terms on which the service and all its processes are kept on the database."""
    is_open = options.allow_existing_database and database.owned
    return Confinement(stack.enter_context(scratch()), leads=database.owned, is_open=is_open)


def _parts(
    handover: Handover, database: Database, recorder: Recorder, confined: Confined
) -> Iterator[ProcessHook]:
    """Give what must be there in this process for an app in it."""
    # In this order: `Children` reads what the environment is given.
    variables = handover.variables(database)
    yield lambda: environment(variables)
    yield lambda: recorder
    yield lambda: confined
    yield Children
    yield quiet_engines
    yield plain_records


@contextmanager
def _stage(place: str, confined: Confined) -> Iterator[None]:
    """Note where the run is, while the app's own code runs.

    A connection elsewhere is told rather than what its refusal has made fail.
    """
    note(place)
    try:
        with captured_output():
            yield
    finally:
        require_no_stray(confined)


def _start(service: Service, confined: Confined) -> None:
    """Run the start-up, and the project's own migrations if that leaves the database empty.

    One that the empty database refused is run again after them; if it still fails, SCH-01 tells of
    it. Raises `UsageError` with the app's own words if it fails for another reason, or if nobody
    has made the tables.
    """
    is_started = _started(service, confined)
    is_migrated = _migrate(service)
    if is_migrated and not is_started:
        transport = service.process.transport
        transport.renew(transport.app)
        service.migrates_first = _started(service, confined)
    if service.start_failure and not service.run(service.database.tables()):
        raise UsageError(f"the app could not start: {service.start_failure}. {NO_TABLES}")
    engines = list(service.recorder.engines)
    if engines:
        # A database in memory can be reached only through an engine of the service itself.
        service.database.attach(engines[0])


def _started(service: Service, confined: Confined) -> bool:
    """Run the start-up, and return whether it has ended well, or else was refused a statement."""
    with _stage(f"starting {service.app}", confined):
        try:
            service.process.start()
        except LifespanFailed as error:
            if not error.is_refused:
                raise UsageError(f"the app could not start: {error}") from None
            return False
    return True


def _migrate(service: Service) -> bool:
    """Run the project's own migrations if the database is empty; return whether that was done."""
    is_ours = service.database.owned and OUTSIDE_VIEW in service.database.capabilities
    has_migrations = service.process.origin.migrations is not None
    if is_ours and has_migrations and not service.run(service.database.tables()):
        with suppress(Undecided):  # what fails is the service's, and MIG-01 tells of it
            migrate(service.process, service.database)
            return True
    return False
