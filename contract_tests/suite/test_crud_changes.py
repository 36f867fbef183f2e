"""CRUD: a change stores what was sent, where it was sent, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from ..generation import samples
from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.crud.refusals import no_refusal
from ..scenarios.crud.round_trip import answering
from ..scenarios.crud.rows import Home, added, change_body, home, is_shown, partial, seen, sendable
from ..service.equality import differences
from ..service.resource import Role
from ..service.service import Row, Service


@judges("CRU-07")
def test_a_change_is_what_the_next_read_shows(judge: Judge, service: Service, change: Role) -> None:
    """A field that was sent in a successful change is shown when the row is read."""
    row = service.row()
    body = change_body(service, change, row)
    exchange = service.request(change, row.id, body=body)
    if not exchange.ok:
        judge.undecided(f"the change was not accepted: {exchange} {exchange.excerpt(120)}")
    wrong = differences(body, seen(service, row))
    judge.that(
        not wrong,
        expected="a read shows what was sent",
        observed=f"{exchange}, and then a read shows {'; '.join(wrong)}",
        seen=exchange,
    )


@judges("CRU-10")
def test_a_null_that_cannot_be_is_refused(judge: Judge, service: Service, change: Role) -> None:
    """Null for a field that cannot be null is no server failure and changes nothing."""
    place = home(service)
    row = place.row
    fields = _never_null(service, change, place)
    if not fields:
        judge.not_applicable("every field may be null")
    answering(service, [change])
    wrong = []
    for name in fields:
        before = seen(service, row)
        is_whole = change == "replace"
        body = change_body(service, change, row) if is_whole else partial(service, before)
        exchange = service.request(change, row.id, body=body | {name: None})
        watched = () if is_whole and exchange.ok else sendable(service)
        changed = differences(before, seen(service, row), watched)
        if exchange.failed or changed:
            wrong.append((exchange, f"{exchange} for {name}: {'; '.join(changed)}".rstrip(": ")))
    judge.that(
        not wrong,
        expected=f"a 4xx for null in {', '.join(fields)}, the row as it was",
        observed="; ".join(what for _, what in wrong),
        seen=wrong[0][0] if wrong else None,
    )


def _never_null(service: Service, role: Role, place: Home) -> list[str]:
    """The fields that either the schema or a NOT NULL column keeps from being null."""
    document = dict(service.resource.document)
    filled = {
        column.name
        for table in place.tables
        for column in service.run(service.database.columns(table))
        if not column.nullable and not column.generated
    }
    return [
        name
        for name, field in service.resource.fields(role).items()
        if name != service.resource.id_field
        and (name in filled or not samples.is_nullable(field, document))
    ]


@judges("CRU-13")
def test_a_change_of_an_unknown_id_is_refused(judge: Judge, service: Service, change: Role) -> None:
    """Either the answer is a 4xx and nothing is stored, or the row exists afterwards."""
    answering(service, [change])
    place = home(service)
    before = place.contents(service)
    absent = service.absent_id()
    exchange = service.request(change, absent, body=service.body(role=change))
    grown = [f"{len(rows)} in {t}" for t, rows in added(before, place.contents(service)).items()]
    made = exchange.ok and is_shown(service, Row(absent, {}, exchange))
    judge.that(
        made or (exchange.refused and not grown),
        expected=f"a 4xx and nothing stored, or row {absent} to be there afterwards",
        observed=f"{exchange}; no such row; rows new or changed: {', '.join(grown) or 'none'}",
        seen=exchange,
    )


@judges("CRU-19")
def test_a_change_leaves_the_other_rows(judge: Judge, service: Service, change: Role) -> None:
    """The rows created before and after the changed one are as they were."""
    rows = [service.row() for _ in range(3)]
    others = [(row, seen(service, row)) for row in (rows[0], rows[2])]
    exchange = service.request(change, rows[1].id, body=change_body(service, change, rows[1]))
    if not exchange.ok:
        judge.undecided(f"the change was not accepted: {exchange} {exchange.excerpt(120)}")
    touched = [
        f"row {row.id} shows {'; '.join(changed)}"
        for row, before in others
        if (changed := differences(before, seen(service, row), sendable(service)))
    ]
    judge.that(
        not touched,
        expected=f"only row {rows[1].id} changed",
        observed=f"{exchange}, and {', '.join(touched)}",
        seen=exchange,
    )


@judges("CRU-21")
def test_a_refused_change_changes_nothing(judge: Judge, service: Service, change: Role) -> None:
    """A change whose body is refused leaves the row as it was."""
    row = service.row()
    before = seen(service, row)
    sent, touched = [], []
    for what, exchange in _wrong_changes(service, change, row):
        now = seen(service, row)
        changed = differences(before, now, sendable(service))
        sent.append(exchange)
        if exchange.refused and changed:
            touched.append((exchange, f"{exchange} ({what}), and now {'; '.join(changed)}"))
        before = now
    refused = sum(exchange.refused for exchange in sent)
    if not refused:
        no_refusal(sent)
    judge.that(
        not touched,
        expected=f"the row as it was after each of {refused} refused changes",
        observed="; ".join(what for _, what in touched),
        seen=touched[0][0] if touched else None,
    )


def _wrong_changes(service: Service, role: Role, row: Row) -> Iterator[tuple[str, Exchange]]:
    """Each wrong body as it is sent, with what is wrong with it."""
    resource = service.resource
    serial = service.serial() + 1000
    for breach in samples.breaches(resource.schema(role), dict(resource.document), serial=serial):
        if breach.body is not None:
            yield breach.name, service.request(role, row.id, body=breach.body)
