"""CRUD: a list shows what there is, once, in an order, and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from ..databases import Contents
from ..instruments.exchange import Exchange, items_of
from ..instruments.session_settings import SessionSettings
from ..rules import crud_lists as rules
from ..runner.judge import Judge, judges
from ..scenarios.crud.families import parent_row
from ..scenarios.crud.pages import walk, walked
from ..scenarios.crud.rows import Home, home, sendable
from ..service.pages import declaration
from ..service.service import Service

FEW = 5
PAGE = 2
MANY = 120
"""More rows than a default page has."""

HUGE_SIZE = 1_000_000

CUTS = ("LIMIT ", "FETCH FIRST", "FETCH NEXT", "SELECT TOP", "ROWNUM")
UNCUT = ("LIMIT -1", "18446744073709551615")
"""Words by which a statement asks for all rows after an offset."""

TOTALS = ("total", "count", "total_count", "totalCount", "total_items", "totalItems")


@judges("CRU-05")
def test_a_created_row_is_in_the_list(judge: Judge, service: Service) -> None:
    """Some page of the list shows the row."""
    row = service.row()
    pages = walk(service)
    ids = [str(identifier) for identifier in walked(service, pages)]
    judge.that(
        str(row.id) in ids,
        expected=f"row {row.id} on one of the {len(pages)} pages",
        observed=f"the list shows {', '.join(ids[-FEW:]) or 'no row'} and not {row.id}",
        seen=pages[-1],
    )


@judges("CRU-23")
def test_a_walk_shows_every_row_once(judge: Judge, service: Service) -> None:
    """The pages fit together, also where rows have children or come without an order."""
    place = home(service)
    for _ in range(FEW):
        parent_row(service)
    once, again = service.list(), service.list()
    if service.ids(once) != service.ids(again):
        judge.undecided(f"the list changes its order by itself ({rules.CRU_30.id})")
    with ExitStack() as stack:
        pages = walk(service, PAGE, _disturbing(service, place, stack))
    if any(len(service.ids(page)) > PAGE for page in pages):
        judge.undecided(f"pages show more than was asked for ({rules.CRU_24.id})")
    shown = Counter(map(str, walked(service, pages)))
    twice = [identifier for identifier, times in shown.items() if times > 1]
    never = [i for i in dict.fromkeys(map(str, service.ids(once))) if i not in shown]
    judge.that(
        not twice and not never,
        expected=f"each row on one of the {len(pages)} pages, whatever children it has, even if "
        "the database returns unordered rows in a different order each time",
        observed=f"shown twice: {', '.join(twice) or 'none'}; never: {', '.join(never) or 'none'}",
        seen=pages[-1],
    )


def _disturbing(service: Service, place: Home, stack: ExitStack) -> Callable[[], None]:
    """Return a function that moves unordered rows between two pages, as a busy table would."""
    unordered = iter([SessionSettings(service.database.session_settings.get("unordered"))])

    def disturb() -> None:
        for one in unordered:
            stack.enter_context(one)
        for table in place.tables:
            service.run(service.database.move_rows(table))

    return disturb


@judges("CRU-24")
def test_a_page_is_no_larger_than_asked(judge: Judge, service: Service) -> None:
    """A list asked for two rows shows two at most."""
    name = service.resource.paging.size
    if not name:
        judge.not_applicable("the list has no parameter for the page size")
    for _ in range(PAGE + 2):
        service.row()
    exchange = service.list(**{name: PAGE})
    if not exchange.ok:
        judge.undecided(f"a page of {PAGE} rows was refused: {exchange}")
    found = len(service.ids(exchange))
    judge.that(
        found <= PAGE,
        expected=f"at most {PAGE} rows for {name}={PAGE}",
        observed=f"{found} rows",
        seen=exchange,
    )


@judges("CRU-24")
def test_a_negative_size_is_no_way_around_the_largest(judge: Judge, service: Service) -> None:
    """A negative size shows no more rows than a huge one that the service cuts."""
    name = service.resource.paging.size
    if not name:
        judge.not_applicable("the list has no parameter for the page size")
    for _ in range(PAGE):
        service.row()
    if len(_shown(service, name, -1)) < PAGE:
        judge.not_applicable(f"{name}=-1 is refused, or shows next to nothing")
    for _ in range(MANY):
        service.row()
    most, found = len(_shown(service, name, HUGE_SIZE)), len(_shown(service, name, -1))
    if not 0 < most < MANY:
        judge.not_applicable(f"{name}={HUGE_SIZE} is refused, or shows all rows as well")
    judge.that(
        found <= most,
        expected=f"at most the {most} rows that {name}={HUGE_SIZE} shows",
        observed=f"{found} rows for {name}=-1",
    )


def _shown(service: Service, name: str, size: int) -> list[Any]:
    """The rows that a list of this size shows; none if it is refused."""
    exchange = service.list(**{name: size})
    return service.ids(exchange) if exchange.ok else []


@judges("CRU-25")
def test_a_list_has_a_largest_size(judge: Judge, service: Service) -> None:
    """The statement says how many rows, or the list is shorter than the table."""
    exchange = service.list()
    declared = declaration(service, service.resource.paging.size).get("default")
    most = declared if isinstance(declared, int) else MANY
    # Making many rows costs time: a size that the statement obeys needs no such proof, whether
    # the document tells it or nobody may choose it.
    is_fixed = most is declared or not service.resource.paging.size
    is_cut = is_fixed and any(_is_cut(event.text) for event in exchange.of("sql"))
    if most > MANY and not is_cut:
        judge.not_applicable(
            f"the list is declared to hold up to {most} rows: too many to create here"
        )
    for _ in range(0 if is_cut else most + 1):
        service.row()
    listed = service.list()
    found = len(service.ids(listed))
    judge.that(
        found <= most,
        expected="a default page limit, however many rows the table has",
        observed=f"{listed} shows all {found} rows",
        seen=exchange,
    )


def _is_cut(statement: str) -> bool:
    asked = statement.upper()
    return any(cut in asked for cut in CUTS) and not any(uncut in asked for uncut in UNCUT)


@judges("CRU-27")
def test_the_total_is_the_number_of_rows(judge: Judge, service: Service) -> None:
    """The total that the list declares is the number of rows that a walk finds, after a delete."""
    for _ in range(3):
        parent_row(service)
    if service.resource.offers("delete"):
        service.delete(service.row().id)
    pages = walk(service, PAGE if service.resource.paging.size else None)
    totals = _totals(pages[0])
    if not totals:
        judge.not_applicable("the list declares no total")
    found = len({str(identifier) for identifier in walked(service, pages)})
    # A "count" may as well be that of the page.
    allowed = {"count": {found, len(service.ids(pages[0]))}}
    wrong = [f"{n} {total}" for n, total in totals.items() if total not in allowed.get(n, {found})]
    judge.that(
        not wrong,
        expected=f"{found}, which is what {len(pages)} pages show",
        observed="; ".join(wrong),
        seen=pages[0],
    )


def _totals(exchange: Exchange) -> dict[str, int]:
    """The totals beside the rows, or one level below (in `meta`, `pagination`)."""
    outer = items_of(exchange.json)
    places = [outer, *(items_of(inside) for inside in outer.values())]
    return {
        name: place[name] for place in places for name in TOTALS if isinstance(place.get(name), int)
    }


@judges("CRU-29")
def test_reading_changes_nothing(judge: Judge, service: Service) -> None:
    """After lists and reads each row holds what clients stored in it."""
    place = home(service)
    if not place.tables:
        judge.undecided("no table got a row from a create, so none can be observed")
    before = _owned_by_clients(service, place.contents(service))
    exchanges = [service.list()]
    if service.resource.offers("read"):
        exchanges.append(service.read(place.row.id))
    after = _owned_by_clients(service, place.contents(service))
    changed = sorted(table for table in before if before[table] != after[table])
    judge.that(
        not changed,
        expected="each row as it was before it was read",
        observed=f"after {' and '.join(map(str, exchanges))} rows changed in {', '.join(changed)}",
        seen=next((e for e in exchanges if e.writes), exchanges[0]),
    )


def _owned_by_clients(service: Service, contents: Contents) -> Mapping[str, Counter[str]]:
    """The cells of the columns that clients write: a counter of views is the service's own."""
    return {
        table: Counter(repr(row) for row in _columns(service, table, rows))
        for table, rows in contents.items()
    }


def _columns(
    service: Service, table: str, rows: Iterable[tuple[object, ...]]
) -> list[tuple[Any, ...]]:
    columns = service.run(service.database.columns(table))
    names = sendable(service)
    places = [place for place, column in enumerate(columns) if column.name in names]
    return [tuple(row[place] for place in places) for row in rows]


@judges("CRU-30")
def test_identical_lists_are_alike(judge: Judge, service: Service) -> None:
    """The same question twice gets the same rows in the same order."""
    for _ in range(FEW):
        service.row()
    once, again = service.list(), service.list()
    first, second = service.ids(once), service.ids(again)
    judge.that(
        first == second,
        expected=f"the rows {first[:FEW]} again",
        observed=f"{second[:FEW]}",
        seen=again,
    )


@judges("CRU-62")
def test_a_longer_list_needs_no_more_statements(judge: Judge, service: Service) -> None:
    """A list of more rows is read by as many statements as a short one."""
    for _ in range(PAGE):
        service.row()
    service.list()  # what a driver asks once is not the list's
    short = service.list()
    for _ in range(FEW):
        service.row()
    long = service.list()
    more_rows = len(service.ids(long)) - len(service.ids(short))
    if more_rows <= 0 or not long.of("sql"):
        judge.not_applicable("the list shows no further rows, or asks the database for none")
    more_statements = len(long.of("sql")) - len(short.of("sql"))
    judge.that(
        more_statements < more_rows,
        expected="as many statements, however many rows the list shows",
        observed=f"{more_statements} more statements for {more_rows} more rows",
        seen=long,
    )
