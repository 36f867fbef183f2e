"""CRUD: a delete removes its row for everybody, and no other."""

from __future__ import annotations

from ..instruments.exchange import Exchange
from ..rules import crud_changes as rules
from ..runner.judge import Judge, judges
from ..scenarios.crud.pages import listed
from ..scenarios.crud.rows import is_shown, seen
from ..service.service import Row, Service

LATER = 202


def deleted(judge: Judge, service: Service, row: Row) -> Exchange:
    """The exchange of a delete that is done."""
    exchange = service.delete(row.id)
    if not exchange.ok:
        judge.undecided(f"the delete was not accepted: {exchange} {exchange.excerpt(120)}")
    if exchange.status == LATER:
        judge.not_applicable(f"{exchange}: the service deletes later")
    return exchange


@judges("CRU-14")
def test_a_deleted_row_is_not_readable(judge: Judge, service: Service) -> None:
    """A read refuses the row, or shows it as deleted."""
    row = service.row()
    before = seen(service, row)
    exchange = deleted(judge, service, row)
    read = service.read(row.id)
    judge.that(
        not (read.ok and service.shown(read) == before),
        expected=f"row {row.id} gone",
        observed=f"{exchange}, and then {read} shows the row as before",
        seen=exchange,
    )


@judges("CRU-15")
def test_a_deleted_row_is_in_no_list(judge: Judge, service: Service) -> None:
    """The list does without the row, or shows it as deleted."""
    row = service.row()
    before = listed(service, row)
    exchange = deleted(judge, service, row)
    if service.resource.offers("read") and is_shown(service, row):
        judge.undecided(f"the row can still be read ({rules.CRU_14.id})")
    after = listed(service, row)
    judge.that(
        after is None or after != before,
        expected=f"row {row.id} in no list",
        observed=f"{exchange}, and the list shows the row as before",
        seen=exchange,
    )


@judges("CRU-16")
def test_a_delete_leaves_the_other_rows(judge: Judge, service: Service) -> None:
    """The rows created before and after the deleted one are still there."""
    rows = [service.row() for _ in range(3)]
    if not all(is_shown(service, row) for row in rows):
        judge.undecided("the rows could not be read before the delete")
    exchange = deleted(judge, service, rows[1])
    lost = [row.id for row in (rows[0], rows[2]) if not is_shown(service, row)]
    judge.that(
        not lost,
        expected=f"only row {rows[1].id} gone",
        observed=f"{exchange}, and other rows gone too: {lost}",
        seen=exchange,
    )


@judges("CRU-17")
def test_a_second_delete_is_harmless(judge: Judge, service: Service) -> None:
    """The second delete does not fail; the row stays deleted and its neighbour stays."""
    row, neighbour = service.row(), service.row()
    deleted(judge, service, row)
    # Compared with what the first delete left: one that only marks the row may go on showing it.
    was_there = is_shown(service, row), is_shown(service, neighbour)
    exchange = service.delete(row.id)
    is_there = is_shown(service, row), is_shown(service, neighbour)
    judge.that(
        is_there == was_there and not exchange.failed,
        expected="a 2xx or 4xx for the second delete, and no further change",
        observed=f"{exchange}; (row, neighbour) readable before {was_there}, after {is_there}",
        seen=exchange,
    )
