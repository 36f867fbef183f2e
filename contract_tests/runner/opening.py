"""Bring a service under contract: a database, its address, the app, and what it offers."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..databases import (
    OUTSIDE_VIEW,
    Database,
    DatabaseUnavailable,
    Server,
    UnknownDatabase,
    UnseenServer,
    provide,
)
from ..databases.borrowed import borrowed
from ..databases.image import counted
from ..databases.scratch import scratch
from ..databases.threads import driver_threads, threads_ended
from ..instruments.confined import Confined
from ..instruments.confinement import Children, Confinement
from ..instruments.recorder import Recorder
from ..rules.violation import Undecided, UsageError
from ..service.address import Handover, environment
from ..service.backdoor import BackDoor
from ..service.discovery import found, probe
from ..service.loop import AppLoop, app_runner
from ..service.preparing import has_migrations, run_command
from ..service.process import Origin, ServiceProcess
from ..service.resource import Resource
from ..service.service import Service
from ..service.transports.asgi import AsgiTransport
from ..service.transports.home import require_no_stray
from ..service.transports.http import HttpApp, HttpTransport, is_address
from ..service.transports.lifespan import LifespanFailed
from ..service.transports.locate import App, Located, locate
from ..service.transports.presence import Part, Presence
from ..service.workers.fork_server import ForkServer
from .closing import blame, captured_output, note
from .options import Options

ENDING = 0.5
"""Seconds that a driver's background work gets to end."""


@contextmanager
def open_service(options: Options, *, has_startups: bool = False) -> Iterator[Service]:
    """The started service, with its resource detected; everything is undone at the end.

    What trials need is made ready beside it if there will be some. Raises `UsageError` when
    the app cannot be found, started or understood.
    """
    with ExitStack() as stack:
        server = stack.enter_context(_server(options))
        database = server.make()
        stack.enter_context(_borrowed(database))
        recorder = Recorder()
        handover = Handover(options.env, _confinement(options, database, stack))
        confined = handover.confinement.here(database.url)
        parts = () if is_address(options.app) else _parts(handover, database, recorder, confined)
        presence = stack.enter_context(Presence(*parts))
        if options.prepare:
            run_command(options.prepare, options.root)
        roots = (options.root, Path.cwd())
        stack.enter_context(_warnings_pass())
        with _stage(f"importing {options.app}", confined):
            located = _located(options.app, roots)
        fork_server = stack.enter_context(ForkServer())
        if has_startups:
            fork_server.prepare()
        stack.callback(gc.unfreeze)
        runner = stack.enter_context(app_runner())
        stack.callback(lambda known: runner.run(threads_ended(known, ENDING)), driver_threads())
        with _stage(f"making {options.app}", confined):
            made = located.make()
        target = _target(made, recorder, presence, confined)
        origin = Origin(options.app, roots, handover, server, fork_server, located.is_factory)
        process = ServiceProcess(origin, target, AppLoop(runner))
        door = BackDoor(database, process.loop, process.relieve)
        service = Service(process, door, Resource("", {}), options.header)
        stack.callback(_stop, service)
        with _stage(f"starting {options.app}", confined):
            _start(service)
        _migrate(service, options)
        if not database.owned:
            service.run(database.remember())  # the first row of the kit has to go as well
        note(f"looking for the collection of {options.app}")
        wanted, place = options.resource or None, options.openapi or None
        service.resource = found(service, wanted, place, options.body, options.format)
        service.resource = probe(service)
        _blame(service)
        if database.owned:
            service.run(database.remember())
        _freeze_heap()
        yield service


def _confinement(options: Options, database: Database, stack: ExitStack) -> Confinement:
    """Give the terms on which the service and all its processes are kept on the database."""
    is_open = options.allow_existing_database and database.owned
    return Confinement(stack.enter_context(scratch()), leads=database.owned, is_open=is_open)


def _parts(
    handover: Handover, database: Database, recorder: Recorder, confined: Confined
) -> Iterator[Part]:
    """Give what must be there in this process for an app in it."""
    variables = handover.variables(database)
    yield lambda: environment(variables)
    yield lambda: recorder
    yield lambda: confined
    yield Children
    yield _quiet_engines


def _located(app: str, roots: tuple[Path, ...]) -> Located:
    return Located(app, HttpApp(app), is_factory=False) if is_address(app) else locate(app, roots)


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


def _target(app: App, recorder: Recorder, presence: Presence, confined: Confined) -> AsgiTransport:
    if isinstance(app, HttpApp):
        return HttpTransport(app, recorder, presence)
    return AsgiTransport(app, recorder, presence, confined)


@contextmanager
def _server(options: Options) -> Iterator[Server]:
    """The server of the run's database; that of a service elsewhere is its own."""
    if is_address(options.app):
        _require_permission(options)
        if "://" not in options.database:
            yield UnseenServer()
            return
    try:
        with provide(options.database, allow_existing=options.allow_existing_database) as server:
            yield server
    except (DatabaseUnavailable, UnknownDatabase) as error:
        raise UsageError(str(error)) from None


def _require_permission(options: Options) -> None:
    """Raise `UsageError` unless the run permits the kit to write there."""
    if not options.allow_existing_database:
        raise UsageError(
            f"{options.app} is a service that is running, and judging it creates rows in its "
            "database. Permit this with --contract-allow-existing-database; the rows that the kit "
            "created are deleted again, where the service offers DELETE"
        )


def _start(service: Service) -> None:
    """Run the start-up. Raises `UsageError` with the app's own words if it fails."""
    service.run(service.database.open())
    if service.target.confined is not None:
        service.target.confined.beside = service.run(service.database.beside())
    try:
        service.run(service.target.start())
    except LifespanFailed as error:
        raise UsageError(f"the app could not start: {error}") from None
    engines = list(service.recorder.engines)
    if engines:
        service.database.attach(engines[0])
    service.door.open_at_start = len(service.door.open_transactions())


def _migrate(service: Service, options: Options) -> None:
    """Run the project's own migrations if its start-up left the database empty.

    In another interpreter, as a project does: they would leave loggers off and connections open.
    """
    is_ours = service.database.owned and OUTSIDE_VIEW in service.database.capabilities
    if is_ours and has_migrations(options.root) and not service.run(service.database.tables()):
        with service.process.trial(service.database) as trial:
            answer = trial.ask("migrate", root=str(options.root))
        if not answer["ok"]:
            raise UsageError(answer["error"])


def _blame(service: Service) -> None:
    """Hold against the run what tasks of the app did to a server."""
    faults = service.process.loop.faults
    while faults:
        blame(faults.pop(0))


def _stop(service: Service) -> None:
    """Run the shutdown and close the back door. What a shutdown says is judged elsewhere."""
    note(f"stopping {service.process.origin.app}")
    try:
        service.run(service.target.stop())
    except LifespanFailed as failure:
        if failure.is_exit:  # no rule judges what ends a whole server
            blame(f"the app's {failure}")
    _blame(service)
    if not service.database.owned:
        _clean(service)
    service.run(service.database.close())


@contextmanager
def _borrowed(database: Database) -> Iterator[None]:
    """Have a database that is not the kit's put back however the run ends."""
    try:
        with borrowed(database):
            yield
    except DatabaseUnavailable as error:
        raise UsageError(str(error)) from None


def _clean(service: Service) -> None:
    """Leave a database that is not the kit's as it was, or say what is left behind.

    A request that an interrupt has cut short must not go on meanwhile.
    """
    target, database = service.target, service.database
    service.run(target.abandon())
    try:
        service.restore()
    except Undecided as hindrance:
        service.door.left_behind = str(hindrance)
    if database.left:
        service.door.left_behind = f"rows that could not be put back: {counted(database.left)}"
    database.is_given_back = not service.door.left_behind
    if isinstance(target, HttpTransport) and target.left:
        # pytest shows the warning below the results.
        reason = f"no DELETE took {target.left} of them away"
        warnings.warn(f"rows of the contract are left behind: {reason}", stacklevel=1)


@contextmanager
def _quiet_engines() -> Iterator[None]:
    """Keep engines with `echo=True` from logging each statement: timelines show what matters."""
    logger = logging.getLogger("sqlalchemy.engine.Engine")
    logger.addFilter(_is_telling)
    try:
        yield
    finally:
        logger.removeFilter(_is_telling)


def _is_telling(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO


@contextmanager
def _warnings_pass() -> Iterator[None]:
    """Keep a run's `-W error` from failing the service, its driver or its libraries."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


def _freeze_heap() -> None:
    """Spare what is alive now from every later collection: a leak's proof collects often."""
    gc.collect()
    gc.freeze()
