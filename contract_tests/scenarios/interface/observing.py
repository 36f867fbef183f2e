"""Observe the interface of a service: what was detected, and what a few requests show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from ...databases import BackDoorBlocked
from ...generation import samples
from ...instruments.exchange import Exchange, items_of
from ...rules.violation import NotApplicable, Undecided
from ...service.capabilities import missing
from ...service.pages import declaration
from ...service.resource import SENDING, VERBS, Role, dig
from ...service.service import Service
from ...service.workers.configuration import pool_of_engine
from .forms import form_of, kind_of_json, limits_of
from .ordering import order_of
from .probes import answers_to_probes, outcome_of_id, outcomes_of_sizes, outcomes_of_texts
from .record import (
    Bodies,
    EngineSettings,
    Envelope,
    ErrorForms,
    Ids,
    Interface,
    ListOrder,
    ListPaging,
    Operations,
    RowFields,
    SpecialValues,
    StartupLines,
    Statuses,
    Tables,
)

S = TypeVar("S")
BARE = "the whole answer"
BOOKKEEPING = "alembic_version"
"""The table in which migrations note how far they have come."""

KNOBS = {
    "pool_size": "size",
    "max_overflow": "overflow",
    "pool_timeout": "wait",
    "pool_recycle": "recycle",
    "echo": "echo",
}
"""The names of an engine's settings in the record, and as an engine is asked for them."""


def observe_interface(service: Service) -> Interface:
    """Ask the service, on rows of the kit's own, and return its interface.

    What it does not offer, and what cannot be seen from here, is left out.
    """
    service.restore()
    answers = answers_to_probes(service)
    return Interface(
        operations=_operations(service),
        rows=_seen(service, _rows, RowFields()),
        statuses=Statuses(**{name: e.status for name, e in answers.items()}),
        bodies=_bodies(service),
        envelope=_envelope(service, answers),
        ids=_seen(service, _ids, Ids()),
        paging=_seen(service, _paging, ListPaging()),
        order=_seen(service, lambda s: ListOrder(order_of(s)), ListOrder()),
        errors=_errors(answers),
        values=_seen(service, lambda s: SpecialValues(**outcomes_of_texts(s)), SpecialValues()),
        settings=_settings(service),
        startup=StartupLines(service.start_lines),
        tables=_tables(service),
    )


def _seen(service: Service, look: Callable[[Service], S], otherwise: S) -> S:
    """Return what a look finds; otherwise an empty section, if no row can be made for it."""
    try:
        return look(service)
    except (Undecided, NotApplicable, BackDoorBlocked):
        return otherwise


def _operations(service: Service) -> Operations:
    resource = service.resource
    stem, own = resource.name.rstrip("/"), f"{{{resource.id_parameter}}}"
    declared = (
        f"{method.upper()} {path.replace(own, '{id}')}"
        for path, entry in resource.document.get("paths", {}).items()
        if path.rstrip("/") == stem or path.startswith(f"{stem}/")
        for method in VERBS.values()
        if method.lower() in entry
    )
    offered = dict.fromkeys([*map(str, resource.operations.values()), *declared])
    return Operations(resource.name, tuple(offered))


def _rows(service: Service) -> RowFields:
    """Look at a row with all fields, and at one with those that are needed, null where it may."""
    shown = [row for row in _shown_rows(service) if row]
    if not shown:
        return RowFields()
    names = tuple(dict.fromkeys(name for row in shown for name in row))
    kinds = {name: {kind_of_json(row[name]) for row in shown if name in row} for name in names}
    types = {name: " or ".join(sorted(found, key=_null_last)) for name, found in kinds.items()}
    return RowFields(names, types)


def _null_last(kind: str) -> tuple[bool, str]:
    return kind == "null", kind


def _shown_rows(service: Service) -> Iterator[Mapping[str, Any]]:
    resource = service.resource
    if not resource.offers("create"):
        rows = resource.rows(service.list().json) if resource.offers("list") else ()
        yield from map(items_of, rows or ())
        return
    fields, document = resource.fields(), dict(resource.document)
    least = service.body(complete=False)
    nulls = {n: None for n in least if n in fields and samples.is_nullable(fields[n], document)}
    for body in (service.body(), least | nulls):
        # A service may need what its document says can be left out.
        with suppress(Undecided):
            row = service.row(body)
            read = service.read(row.id) if resource.offers("read") else row.exchange
            yield resource.whole_row(read.json)


def _bodies(service: Service) -> Bodies:
    """Read from the document what the bodies take; nothing where there is none."""
    resource = service.resource
    if not resource.document:
        return Bodies()
    takes: dict[Role, tuple[str, ...]] = {
        role: tuple(resource.fields(role)) for role in SENDING if resource.offers(role)
    }
    needed = samples.required(resource.schema(), resource.document)
    return Bodies(
        create=takes.get("create"),
        required=tuple(sorted(needed)) if "create" in takes else None,
        replace=takes.get("replace"),
        update=takes.get("update"),
        types={n: limits_of(f, resource.document) for n, f in resource.fields().items()} or None,
    )


def _envelope(service: Service, answers: Mapping[str, Exchange]) -> Envelope:
    resource = service.resource
    listed, row = answers.get("list"), answers.get("read") or answers.get("create")
    has_rows = listed is not None and resource.rows(listed.json) is not None
    first = resource.envelope[0] if resource.envelope else None
    beside = tuple(name for name in items_of(listed and listed.json) if name != first)
    return Envelope(
        list=_under(resource.envelope) if has_rows else None,
        beside=beside if has_rows else None,
        row=_place_of_row(service, row.json) if row is not None and row.ok else None,
    )


def _under(way: tuple[str, ...]) -> str:
    return f"under {'.'.join(way)}" if way else BARE


def _place_of_row(service: Service, answer: Any) -> str | None:
    """Return where a single answer has its row; None if it shows none."""
    row, single = service.resource.whole_row(answer), service.resource.single
    ways = [(), single, *((key,) for key in items_of(answer))]
    return next((_under(way) for way in ways if row and dig(answer, way) == row), None)


def _ids(service: Service) -> Ids:
    if not service.resource.offers("create"):
        return Ids()
    named = service.resource.id_schema.get("format")
    kind = str(named) if named else kind_of_json(service.row().id)
    return Ids(service.resource.id_field, kind, outcome_of_id(service))


def _paging(service: Service) -> ListPaging:
    if not service.resource.offers("list"):
        return ListPaging()
    paging = service.resource.paging
    declared = declaration(service, paging.size)
    sizes: dict[str, Any] = {
        "default": declared.get("default"),
        "largest": declared.get("maximum"),
        **outcomes_of_sizes(service),
    }
    known: dict[str, Any] = {
        name: value for name, value in sizes.items() if isinstance(value, int | str)
    }
    return ListPaging(paging.size or "nothing", paging.offset or paging.page or "nothing", **known)


def _errors(answers: Mapping[str, Exchange]) -> ErrorForms:
    refused = {name: e for name, e in answers.items() if e.refused}
    one = next(iter(refused.values()), None)
    kind = (one.header("content-type") or "none").partition(";")[0] if one else None
    missing_row = (refused.get(f"{role}_missing") for role in ("read", "update", "delete"))
    parts = {
        "missing": next(filter(None, missing_row), None),
        "invalid": refused.get("create_invalid"),
        "wrong_method": refused.get("wrong_method") or refused.get("wrong_method_on_row"),
    }
    return ErrorForms(kind, **{name: form_of(e.json) for name, e in parts.items() if e})


def _settings(service: Service) -> EngineSettings:
    """Return the settings in which all engines agree."""
    if missing(service, ("engine-view",)):
        return EngineSettings()
    made = [pool_of_engine(engine, by_alias=False) for engine in list(service.recorder.engines)]
    found: dict[str, Any] = {}
    for name, knob in KNOBS.items():
        # The one connection of a pool without a size is for tests: nobody sets how long it is used.
        values = [
            each[knob] for each in made if knob in each and ("size" in each or name == "echo")
        ]
        if values and all(value == values[0] for value in values):
            found[name] = values[0]
    return EngineSettings(**found)


def _tables(service: Service) -> Tables:
    if missing(service, ("outside-view",)):
        return Tables()
    names = [name for name in service.run(service.database.tables()) if name != BOOKKEEPING]
    return Tables(tuple(names), {name: _columns(service, name) for name in names})


def _columns(service: Service, table: str) -> tuple[str, ...]:
    columns = service.run(service.database.columns(table))
    return tuple(c.name + " or null" * c.nullable for c in columns)
