"""Payloads: values at the limits of their schema, at the ends of the calendar, or left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..generation import samples
from ..generation.samples import Edge
from ..runner.judge import Judge, judges
from ..scenarios.crud.round_trip import (
    Written,
    answering,
    brief,
    takes_any_value,
    takes_text,
    write,
)
from ..scenarios.crud.rows import change_body, is_shown
from ..service.equality import same
from ..service.resource import CHANGING, Role
from ..service.service import Service
from .test_payloads import changing

__all__ = ["changing"]

ENDS = {
    "date": ("0001-01-01", "9999-12-31"),
    "date-time": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
}


@dataclass(frozen=True)
class OnEdge:
    """An edge, and what became of it."""

    edge: Edge
    written: Written

    @property
    def wrong(self) -> str:
        """Say what is wrong with it; empty if nothing is."""
        exchange, shown = self.written.exchange, self.written.shown
        if exchange.failed:
            return f"{self.edge.name}, {brief(self.edge.value)}: {exchange}"
        kept = self.edge.field not in shown or same(self.edge.value, shown[self.edge.field])
        told = "" if kept else brief(shown[self.edge.field], 160)
        return told and f"{self.edge.name}: sent {brief(self.edge.value, 160)}, shown {told}"


def edges_of(service: Service, role: Role) -> Iterator[Edge]:
    """Yield edges other than plain texts, booleans and empty values, which have their own rules."""
    resource, document = service.resource, dict(service.resource.document)
    fields = resource.fields(role)
    for edge in samples.edges(resource.schema(role), document, serial=service.serial()):
        schema = fields[edge.field]
        is_whole = edge.name.startswith(f"{edge.field}:")
        is_listed = bool(samples.settle(schema, document).keys() & {"enum", "const"})
        others = takes_text(resource, schema) or isinstance(edge.value, bool) or is_listed
        is_blank = edge.value in ([], {}, "", None)
        if takes_any_value(resource, edge.field, role) and not (is_whole and (others or is_blank)):
            yield edge


def judge_edges(judge: Judge, service: Service, role: Role) -> None:
    """Judge what becomes of each edge; undecided if the service took none."""
    row = service.row() if role != "create" else None
    edges = list(edges_of(service, role))
    if not edges:
        judge.not_applicable(f"no field of {service.operation(role)} other than a text has a limit")
    met = [OnEdge(e, write(service, role, {e.field: e.value}, row)) for e in edges]
    wrong = [one for one in met if one.wrong]
    if not wrong and not any(one.written.exchange.ok for one in met):
        judge.undecided("every value at a limit of its schema was refused")
    judge.that(
        not wrong,
        expected="each refused with a client error, or shown again as it was sent",
        observed="; ".join(one.wrong for one in wrong[:5]),
        seen=wrong[0].written.exchange if wrong else None,
    )


@judges("PAY-25")
def test_a_created_edge_comes_back(judge: Judge, service: Service) -> None:
    """The lowest, the highest, the longest, the deepest, every alternative."""
    answering(service, ["create"])
    judge_edges(judge, service, "create")


@judges("PAY-26")
def test_a_changed_edge_comes_back(judge: Judge, service: Service, changing: Role) -> None:
    """The same for a change, on one row, one after the other."""
    answering(service, [changing])
    judge_edges(judge, service, changing)


@judges("PAY-27")
def test_an_end_of_the_calendar_is_no_failure(judge: Judge, service: Service) -> None:
    """The first and the last day, and the moments that are outside of the calendar in UTC."""
    document = dict(service.resource.document)
    asked = [
        (name, value)
        for name, field in service.resource.fields().items()
        for branch in samples.branches(field, document)
        for value in ENDS.get(str(branch.get("format")), ())
    ]
    if not asked:
        judge.not_applicable(f"no field of {service.resource.name} is a date")
    answering(service, ["create"])
    met = [write(service, "create", {name: value}) for name, value in asked]
    failed = [one for one in met if one.exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed="; ".join(
            f"{n} {one.sent[n]}: {one.exchange}" for one in failed for n in one.asked
        ),
        seen=failed[0].exchange if failed else None,
    )


@judges("PAY-28")
def test_a_default_is_nobody_elses(judge: Judge, service: Service) -> None:
    """The default shown for a list or object left out is the same before and after others."""
    names = _left_out(service)
    if not names:
        judge.not_applicable("no list or object may be left out of a create")
    before = default_of(service, names)
    service.row()
    for role in CHANGING:
        if service.resource.offers(role):
            row = service.row(_without(service, names))
            service.request(role, row.id, body=change_body(service, role, row))
    after = default_of(service, names)
    judge.that(
        # Both ways: `same` lets an object show more than was sent.
        same(before, after) and same(after, before),
        expected=f"{before} for what was left out",
        observed=f"{after}, after other rows were given values",
    )


def _left_out(service: Service) -> list[str]:
    """The lists and objects that a create may leave out and a read shows."""
    resource, document = service.resource, dict(service.resource.document)
    needed = samples.required(resource.schema(), document)
    return [
        name
        for name, field in resource.fields().items()
        if samples.kind(field, document) in {"array", "object"}
        and name not in needed
        and takes_any_value(resource, name)
    ]


def _without(service: Service, names: list[str]) -> dict[str, Any]:
    return {name: value for name, value in service.body().items() if name not in names}


def default_of(service: Service, names: list[str]) -> dict[str, Any]:
    """Return the values shown for these fields by a row that was made without them."""
    row = service.row(_without(service, names))
    shown = service.shown(service.read(row.id)) if is_shown(service, row) else {}
    return {name: shown[name] for name in names if name in shown}
