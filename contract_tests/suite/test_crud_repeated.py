"""CRUD: a create that is sent again: as it was, with the same key, or corrected."""

from __future__ import annotations

from ..generation import samples
from ..runner.judge import Judge, judges
from ..scenarios.crud.asking import with_headers
from ..scenarios.crud.rows import Home, home, is_shown
from ..service.expectations import IDEMPOTENCY_KEY
from ..service.service import Row, Service

TRIES = 5
"""Refused bodies that are corrected and sent again."""


@judges("CRU-49")
def test_a_create_that_is_sent_again_is_refused_or_a_row(judge: Judge, service: Service) -> None:
    """The second answer is a refusal, or names a row that is there; so is the first one's."""
    row = service.row()
    exchange = service.create(row.sent)
    again = Row(service.id_of(exchange) if exchange.ok else None, row.sent, exchange)
    if exchange.ok and again.id is None:
        judge.not_applicable("the answer to a create does not tell the id of the row")
    is_sound = exchange.refused or (again.id is not None and is_shown(service, again))
    judge.that(
        is_sound and is_shown(service, row),
        expected="a 4xx, or a row that a read shows, beside the first",
        observed=f"{exchange} {exchange.excerpt(80)}",
        seen=exchange,
    )


@judges("CRU-50")
def test_a_repeated_key_makes_no_other_row(judge: Judge, service: Service) -> None:
    """The same key with the same body is refused, or answered as before; there is one row."""
    names = [
        p.name for p in service.operation("create").headers if p.name.lower() == IDEMPOTENCY_KEY
    ]
    if not names:
        judge.not_applicable("the create declares no Idempotency-Key")
    place = home(service)
    body, headers = service.body(), {names[0]: f"contract-{service.serial()}"}
    first = with_headers(service, "create", headers, body=body)
    if not first.ok:
        judge.undecided(f"a create with a key was not accepted: {first} {first.excerpt(80)}")
    before = _sizes(service, place)
    second = with_headers(service, "create", headers, body=body)
    judge.that(
        not second.failed and _sizes(service, place) == before,
        expected=f"no other row for {names[0]} {headers[names[0]]!r}",
        observed=f"{second}; rows {before} and then {_sizes(service, place)}",
        seen=second,
    )


def _sizes(service: Service, place: Home) -> dict[str, int]:
    return {table: len(rows) for table, rows in place.contents(service).items()}


@judges("CRU-51")
def test_a_corrected_create_is_accepted(judge: Judge, service: Service) -> None:
    """A create that was refused for one field is accepted when that field is corrected."""
    resource, document = service.resource, dict(service.resource.document)
    if not service.create(service.resource.body(service.serial(), complete=False)).ok:
        judge.undecided("a create with only the required fields is not accepted")
    first = service.serial() + 2000
    found = samples.breaches(resource.schema(), document, serial=first)
    bodies = [b.body for b in found if isinstance(b.body, dict)]
    wrong = [(place, body) for place, body in enumerate(bodies)][:TRIES]
    asked = []
    for place, body in wrong:
        refused = service.create(body)
        # A breach has the serial of its place: with the same one, all other fields are as refused.
        mended = resource.body(first + place, complete=False)
        asked += [(refused, service.create(mended))] if refused.refused else []
    if not asked:
        judge.not_applicable("no body is refused")
    lost = [pair for pair in asked if not pair[1].ok]
    judge.that(
        not lost,
        expected="the corrected body accepted",
        observed="; ".join(
            f"{no}, and corrected {again} {again.excerpt(80)}" for no, again in lost
        ),
        seen=lost[0][1] if lost else None,
    )
