"""CRUD: pages, filters and orders give what they were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice

from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.crud.filters import (
    Filter,
    Order,
    comparable,
    declared_orders,
    filters,
    is_sorted,
    paged,
    query_value,
    rows_with,
)
from ..scenarios.crud.pages import walk, walked
from ..service.service import Row, Service

FEW = 5
PAGE = 2
ADDED = 3


@judges("CRU-52")
def test_a_walk_shows_every_row_once_while_rows_are_added(judge: Judge, service: Service) -> None:
    """Rows that come in at the end move none of those that the pages before them show."""
    for _ in range(FEW):
        service.row()
    first = walked(service, walk(service))
    pages = walk(service, PAGE, _adding(service))
    last = walked(service, walk(service))
    if last[: len(first)] != first or len(last) == len(first):
        judge.not_applicable("new rows are not at the end of the list")
    shown = Counter(map(str, walked(service, pages)))
    twice = [identifier for identifier, times in shown.items() if times > 1]
    never = [str(i) for i in first if str(i) not in shown]
    judge.that(
        not twice and not never,
        expected=f"each of {len(first)} rows on one of the {len(pages)} pages",
        observed=f"shown twice: {', '.join(twice) or 'none'}; never: {', '.join(never) or 'none'}",
        seen=pages[-1],
    )


def _adding(service: Service) -> Callable[[], None]:
    """Return a function that creates a row after each of the first pages."""
    # Not after every page: a walk ends at a page without new rows, and would not come to one.
    left = iter(range(ADDED))

    def add() -> None:
        for _ in islice(left, 1):
            service.row()

    return add


@judges("CRU-54")
def test_a_filter_shows_the_rows_that_have_the_value(judge: Judge, service: Service) -> None:
    """Of two rows, the one with the value is shown and the other is not."""
    asked = [one for filter_ in filters(service) for one in _filtered(service, filter_)]
    if not asked:
        judge.not_applicable("the list has no parameter that is known to filter by a field")
    answered = [(exchange, words) for exchange, words in asked if exchange.ok]
    if not answered:
        judge.undecided("; ".join(str(exchange) for exchange, _ in asked))
    wrong = [(exchange, words) for exchange, words in answered if words]
    judge.that(
        not wrong,
        expected="the row that has the value, and no row that has another value",
        observed="; ".join(f"{exchange} {words}" for exchange, words in wrong),
        seen=(wrong or answered)[0][0],
    )


def _filtered(service: Service, asked: Filter) -> list[tuple[Exchange, str]]:
    """The list asked for each of two values, with what is wrong about the answer."""
    service.restore()
    rows = rows_with(service, asked.field, 2)
    everything = _shown(service, service.list(**paged(service, {})))
    if len(rows) < 2 or not all(str(row.id) in everything for row in rows):
        return []
    found = []
    for row, other in (rows, rows[::-1]):
        value = row.sent[asked.field]
        if value != asked.default:
            exchange = service.list(**paged(service, {asked.parameter: query_value(value)}))
            found.append((exchange, _mistaken(_shown(service, exchange), asked.field, row, other)))
    return found


def _shown(service: Service, exchange: Exchange) -> list[str]:
    return [str(i) for i in service.ids(exchange)] if exchange.ok else []


def _mistaken(ids: list[str], field: str, row: Row, other: Row) -> str:
    """Say which of two rows is shown, or hidden, by mistake."""
    if str(row.id) not in ids:
        return f"does not show row {row.id}, which has it"
    extra = f"shows row {other.id}, which has {other.sent[field]!r}"
    return extra * (str(other.id) in ids)


@judges("CRU-55")
def test_a_list_is_in_the_order_that_was_asked_for(judge: Judge, service: Service) -> None:
    """Three rows that were created in no order are shown in that of the field."""
    asked = [
        (order, exchange, values)
        for order in declared_orders(service)
        for exchange, values in _ordered(service, order)
    ]
    if not asked:
        judge.not_applicable("the list declares no sort order that is the same on every database")
    wrong = [one for one in asked if not is_sorted(one[2], descending=one[0].descending)]
    judge.that(
        not wrong,
        expected="the rows sorted as the parameter says",
        observed="; ".join(f"{exchange}: {values}" for _, exchange, values in wrong),
        seen=(wrong or asked)[0][1],
    )


def _ordered(service: Service, order: Order) -> list[tuple[Exchange, list[object]]]:
    """The list in this order, and the values of our rows in it; nothing if they tell nothing."""
    service.restore()
    ids = [str(row.id) for row in rows_with(service, order.field, 3)]
    exchange = service.list(**paged(service, order.query))
    if not exchange.ok:
        return []
    name = service.resource.id_field
    shown = [row for row in service.listed(exchange) if str(row.get(name)) in ids]
    values = comparable([row.get(order.field) for row in shown])
    return [(exchange, values)] if len(set(values)) == len(ids) == 3 else []
