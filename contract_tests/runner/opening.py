"""Bring a service under contract: in this process or at an address, with what it offers."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from ..rules.violation import UsageError
from ..scenarios.crud.chosen_operation import require_chosen
from ..scenarios.crud.ordinary import failing_from_the_start
from ..service.budget import Budget
from ..service.discovery import found, probe, require_fields
from ..service.expectations import standing_headers
from ..service.service import Service
from ..service.transports.http import is_address
from .closing import note
from .in_process import open_app
from .options import Options
from .over_http import open_address
from .stopping import blame_tasks


@contextmanager
def open_service(
    options: Options, budget: Budget | None = None, *, has_startups: bool = False
) -> Iterator[Service]:
    """The started service, with its resource detected; everything is undone at the end.

    Raises `UsageError` when it cannot be found, started or understood, and `OutOfTime` when the
    `budget` is over before that.
    """
    budget = budget or Budget()
    is_elsewhere = is_address(options.app)
    opened = (
        open_address(options, budget)
        if is_elsewhere
        else open_app(options, budget, has_startups=has_startups)
    )
    with _warnings_pass(), opened as service:
        service.is_pinned = options.pinned is not None
        _detect(service, options)
        with _frozen_heap():
            yield service


def _detect(service: Service, options: Options) -> None:
    """Find the collection, and keep the rows to go back to."""
    _remember(service, owned=False)  # the first row of the kit has to go as well
    note(f"looking for the collection of {options.app}")
    wanted, place = options.resource or None, options.openapi or None
    try:
        service.resource = found(service, wanted, place, options.body, options.format)
        service.headers += standing_headers(service.resource, service.headers)
        require_fields(service.resource, options.body)
        service.resource = probe(service).pinned(chosen=options.operation)
    except UsageError as error:
        raise _with_cause(error, service) from None
    if service.has_process:
        blame_tasks(service.process)
    _remember(service, owned=True)
    failed = failing_from_the_start(service)
    if service.start_failure:
        service.trail.gone = f"the app could not start: {service.start_failure}"
    elif failed:
        words = f"{failed} {failed.cause}".rstrip()
        service.trail.gone = f"no ordinary request has succeeded since the start: {words}"
    require_chosen(service)


def _with_cause(error: UsageError, service: Service) -> UsageError:
    """Add what the app's start-up raised before it answered: it may be why nothing is found."""
    if not service.has_process:
        return error
    lifespan = service.process.transport.lifespan
    if lifespan.failure:
        return type(error)(f"the app could not start: {lifespan.failure}")
    untold = f"; its lifespan raised before it answered: {lifespan.untold}"
    return type(error)(f"{error}{untold}") if lifespan.untold else error


def _remember(service: Service, *, owned: bool) -> None:
    """Keep the rows as they are, if there is a database and it is the kit's own, or is not."""
    if service.has_back_door and service.database.owned is owned:
        service.run(service.database.remember())


@contextmanager
def _warnings_pass() -> Iterator[None]:
    """Keep a run's `-W error` from failing the service, its driver or its libraries."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


@contextmanager
def _frozen_heap() -> Iterator[None]:
    """Spare what is alive now from every later collection: a leak's proof collects often."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
