"""The first row: what the kit has to leave out of its bodies before the service creates one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...generation import samples
from ...instruments.driver_words import names_another_row
from ...instruments.exchange import Exchange
from ...rules.violation import UsageError
from ..preparing import NO_TABLES
from ..resource import Resource
from ..service import Service
from ..transports.lifespan import silenced_handlers
from .document import resources_of

SHOWN = 300
"""Characters of a body or an answer that a message shows."""


def create_pointing_nowhere(service: Service, refused: Exchange) -> tuple[Exchange, Resource]:
    """Create a row whose body names no other rows: those that a made-up body names do not exist.

    Else the body is sent without an optional field that spoils it. What had to be pinned or left
    out is in the resource that is given back. If that does not help, a failure
    of the service's own is given back, to be judged. Raises `UsageError` for everything else: a
    refusal, a row that another one has to be there for, a database whose tables somebody makes.
    """
    given = service.resource.overrides
    for pins in _emptied(service):
        pinned = service.on(replace(service.resource, overrides=pins | dict(given)))
        created = pinned.create()
        if created.ok:
            return created, pinned.resource
    for names in _spoiling(service):
        trimmed = service.on(replace(service.resource, left_out=frozenset(names)))
        created = trimmed.create()
        if created.ok:
            return created, trimmed.resource
    if refused.failed and not _is_pointing(refused) and not _without_tables(service):
        return refused, service.resource
    raise UsageError(_explained(service, refused))


def _is_pointing(failed: Exchange) -> bool:
    """Return whether the database refused the row for another one that it names."""
    return any(names_another_row(event.text) for event in failed.of("failed"))


def _emptied(service: Service) -> Iterator[dict[str, Any]]:
    """The empty values to try: for each field alone that may point at other rows, then for all."""
    document = dict(service.resource.document)
    every: dict[str, Any] = {}
    for name, schema in service.resource.fields().items():
        if name in service.resource.overrides:
            continue
        if samples.kind(schema, document) == "array":
            every[name] = []
        elif samples.is_nullable(schema, document):
            every[name] = None
    # The likeliest come first, since each is a request.
    pointing = sorted(every, key=lambda name: not _is_reference(name, every[name]))
    yield from ({name: every[name]} for name in pointing)
    if len(every) > 1:
        yield every


def _spoiling(service: Service) -> Iterator[tuple[str, ...]]:
    """The optional fields to leave out: each alone, then all."""
    resource = service.resource
    fields = resource.fields().keys() - {*resource.overrides}
    optional = sorted(fields - samples.required(resource.schema(), dict(resource.document)))
    yield from ((name,) for name in optional)
    if len(optional) > 1:
        yield tuple(optional)


def _is_reference(name: str, empty: object) -> bool:
    return empty == [] or name.lower().endswith(("id", "ids"))


def _explained(service: Service, refused: Exchange) -> str:
    """Return why there is no row, and what to type."""
    told = refused.cause if refused.failed else refused.text
    said = f"{refused}: {(told or refused.text)[:SHOWN]}"
    sent = refused.request.body.decode()[:SHOWN]
    others = [r.name for r in _others(service) if r.name != service.resource.name]
    elsewhere = f", or judge another collection with --contract-resource: {', '.join(others)}"
    return (
        f"the service creates no row, so nothing can be judged. {said}. The kit sent {sent}: "
        f"give what it cannot guess with --contract-body FIELD=JSON (contract_body, CONTRACT_BODY)"
        f"{elsewhere if others else ''}{_without_tables(service)}"
    )


def _others(service: Service) -> tuple[Any, ...]:
    document: Mapping[str, Any] = service.resource.document
    return tuple(r for r in resources_of(document) if r.offers("create")) if document else ()


def _without_tables(service: Service) -> str:
    is_known = service.has_process and silenced_handlers(service.process.transport.app)
    if is_known or service.run(service.database.tables()):
        return ""
    return f". {NO_TABLES}"
