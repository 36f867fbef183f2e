"""CRUD: rows are stored, shown and identified as the client was told."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest

from ..generation import samples
from ..instruments.exchange import Exchange
from ..rules import crud as rules
from ..runner.judge import Judge, judges
from ..scenarios.crud.operations import BROKEN_JSON, NOT_A_BODY, SUCCESSES, Case
from ..scenarios.crud.refusals import no_refusal
from ..scenarios.crud.rows import added, holds_any, home, same_id, seen, sendable
from ..service.capabilities import missing
from ..service.equality import differences, same
from ..service.service import Row, Service

MOVED = (307, 308)
NO_CONTENT = 204
EFFECTIVE = ", and what it asked for is stored"


@judges("CRU-01")
def test_a_created_row_is_readable(judge: Judge, service: Service) -> None:
    """A row is readable, be it complete or made of what is required only."""
    rows = [service.row(service.body(complete=complete)) for complete in (True, False)]
    reads = [(row, service.read(row.id)) for row in rows]
    hidden = [(row, read) for row, read in reads if not (read.ok and service.shown(read))]
    told = [f"{read}, created with {', '.join(row.sent) or 'nothing'}" for row, read in hidden]
    judge.that(
        not hidden,
        expected="a read of the id that the create answered shows the row",
        observed="; ".join(told),
        seen=(hidden or reads)[0][1],
    )


@judges("CRU-02")
def test_a_create_stores_a_row(judge: Judge, service: Service) -> None:
    """After a create some table has one more row, and it holds something of what was sent."""
    before = service.door.stored()
    row = service.row()
    grown = added(before, service.door.stored())
    holding = [table for table, rows in grown.items() if holds_any(rows, row.sent)]
    where = f"{', '.join(grown)} got a row with none of the values sent: {row.sent}"
    judge.that(
        holding,
        expected="one more row in the database, with the values that were sent",
        observed=where if grown else f"{row.exchange}, and no table has a new row",
        seen=row.exchange,
    )


@judges("CRU-03")
def test_a_read_shows_what_was_sent(judge: Judge, service: Service) -> None:
    """Each field that was sent and is shown says the same."""
    row = service.row()
    exchange = service.read(row.id)
    shown = seen(service, row)
    if not row.sent.keys() & shown.keys():
        judge.undecided("a read shows none of the fields that were sent")
    wrong = differences(row.sent, shown)
    judge.that(
        not wrong,
        expected="every field as it was sent",
        observed=f"{exchange} shows {'; '.join(wrong)}",
        seen=exchange,
    )


@judges("CRU-04")
def test_the_answer_to_a_create_is_the_stored_row(judge: Judge, service: Service) -> None:
    """No field differs between the create's answer and the read, unless it differs by itself."""
    row = service.row()
    echo, shown, again = service.shown(row.exchange), seen(service, row), seen(service, row)
    if not echo:
        judge.not_applicable("the answer to a create does not show the row")
    steady = {name for name in shown if same(shown[name], again.get(name))}
    # What is not as sent even in the read is judged by the rule on that.
    mistaken = {name for name in steady & row.sent.keys() if not same(row.sent[name], shown[name])}
    wrong = differences(shown, echo, steady - mistaken)
    judge.that(
        not wrong,
        expected="the answer to the create shows the row as the next read does",
        observed=f"{row.exchange} showed {'; '.join(wrong)}",
        seen=row.exchange,
    )


@judges("CRU-11")
def test_reading_an_unknown_id_is_refused(judge: Judge, service: Service) -> None:
    """No row, no success, and no server failure either."""
    exchange = service.read(service.absent_id())
    judge.that(
        exchange.refused,
        expected="a 4xx, since no row has this id",
        observed=f"{exchange} {exchange.excerpt(80)}",
        seen=exchange,
    )


@judges("CRU-12")
def test_reading_an_unknown_id_is_answered_with_404(judge: Judge, service: Service) -> None:
    """The refusal says "not found"."""
    exchange = service.read(service.absent_id())
    if not exchange.refused:
        judge.undecided(f"the read is not refused at all ({rules.CRU_11.id}): {exchange}")
    judge.that(exchange.is_absent, expected="404", observed=str(exchange), seen=exchange)


@judges("CRU-18")
def test_a_create_answers_an_id_of_its_own(judge: Judge, service: Service) -> None:
    """A new row has no id of another one, not even after a row has made room."""
    rows = [service.row(), service.row()]
    if service.resource.offers("delete"):
        service.delete(rows.pop(0).id)
    rows += [service.row(), service.row()]
    ids = [str(row.id) for row in rows]
    twice = sorted({identifier for identifier in ids if ids.count(identifier) > 1})
    judge.that(
        not twice,
        expected=f"{len(ids)} rows with {len(ids)} ids",
        observed=f"{', '.join(twice)} was answered to two creates whose rows both exist: {ids}",
        seen=rows[-1].exchange,
    )


@judges("CRU-20")
def test_a_refused_create_stores_nothing(judge: Judge, service: Service) -> None:
    """A create whose body is refused leaves the tables as they were."""
    place = home(service)
    if not place.tables:
        judge.undecided("no table got a row from a create, so none can be observed")
    wrong = _wrong_creates(service)
    refused = [each for each in wrong if each[1].refused]
    if not refused:
        no_refusal(exchange for _, exchange, _ in wrong)
    storing = [(what, e) for what, e, grown in refused if grown.keys() & set(place.tables)]
    judge.that(
        not storing,
        expected=f"no new row after any of {len(refused)} refused creates",
        observed=f"a new row after {'; '.join(f'{e} ({what})' for what, e in storing)}",
        seen=storing[0][1] if storing else None,
    )


def _wrong_creates(service: Service) -> list[tuple[str, Exchange, dict[str, object]]]:
    """Each wrong body: what is wrong, the exchange, and the rows of each table it added."""
    resource = service.resource
    wrong = samples.breaches(
        resource.schema(), dict(resource.document), serial=service.serial() + 1000
    )
    requests: list[tuple[str, dict[str, object]]] = [
        ("broken JSON", {"content": BROKEN_JSON}),
        ("a list", {"body": NOT_A_BODY}),
        *((breach.name, {"body": breach.body}) for breach in wrong if breach.body is not None),
    ]
    seen_so_far, found = service.door.stored(), []
    for what, options in requests:
        exchange = service.request("create", **options)  # type: ignore[arg-type]
        now = service.door.stored()
        found.append((what, exchange, dict[str, object](added(seen_so_far, now))))
        seen_so_far = now
    return found


@judges("CRU-22")
def test_a_create_with_an_id_in_use_leaves_that_row(judge: Judge, service: Service) -> None:
    """The id of another row in the body is refused, ignored or replaced, but never obeyed."""
    if service.operation("create").method != "POST":
        judge.not_applicable("the create is a PUT, which may replace the row")
    row = service.row()
    before = seen(service, row)
    exchange = service.create(service.body() | {service.resource.id_field: row.id})
    changed = differences(before, seen(service, row), sendable(service))
    judge.that(
        not changed,
        expected=f"row {row.id} as it was",
        observed=f"{exchange}, and row {row.id} now shows {'; '.join(changed)}",
        seen=exchange,
    )


@judges("CRU-26")
def test_the_location_leads_to_the_row(judge: Judge, service: Service) -> None:
    """A GET of the Location shows the row."""
    row = service.row()
    location = row.exchange.header("location")
    if location is None:
        judge.not_applicable("a create sends no Location header")
    exchange = _followed(service, row, location)
    identifier = service.shown(exchange).get(service.resource.id_field)
    judge.that(
        exchange.ok and same_id(identifier, row.id),
        expected=f"Location {location} leads to row {row.id}",
        observed=f"{exchange} {exchange.excerpt(80)}",
        seen=exchange,
    )


def _followed(service: Service, row: Row, location: str) -> Exchange:
    """The answer of the place, one redirect to another spelling of its path followed."""
    target = _target(row.exchange.request.target, location)
    exchange = service.send("GET", target)
    onward = exchange.header("location") if exchange.status in MOVED else None
    return service.send("GET", _target(target, onward)) if onward else exchange


def _target(base: str, location: str) -> str:
    parts = urlsplit(urljoin(base, location))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@judges("CRU-28")
def test_an_answer_without_content_has_no_body(judge: Judge, service: Service) -> None:
    """An answer with status 204 has nothing after its headers."""
    acts = [c.act for c in SUCCESSES if service.resource.offers(*c.needs)]  # type: ignore[arg-type]
    empty = [e for e in (act(service) for act in acts) if e.status == NO_CONTENT]
    if not empty:
        judge.not_applicable("no operation answers 204")
    talking = [exchange for exchange in empty if exchange.body]
    judge.that(
        not talking,
        expected="204 and no body",
        observed="; ".join(f"{e} with the body {e.excerpt(40)}" for e in talking),
        seen=(talking or empty)[0],
    )


@judges("CRU-31")
@pytest.mark.parametrize("case", SUCCESSES, ids=str)
def test_an_ordinary_request_is_no_failure(judge: Judge, service: Service, case: Case) -> None:
    """A valid request in each role, on a row that is there, is answered below 500."""
    reason = missing(service, case.needs)
    if reason:
        judge.not_applicable(reason)
    draft = case.draft(service)
    before = service.door.stored()
    exchange = service.exchange(draft)
    took_effect = exchange.failed and service.door.stored() != before
    judge.that(
        not exchange.failed,
        expected="an answer below 500",
        observed=f"{exchange} {exchange.cause}".strip() + EFFECTIVE * took_effect,
        seen=exchange,
    )
