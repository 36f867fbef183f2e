"""CRUD: a list that goes on from a cursor loses no row and shows none twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.crud.cursors import cursor_of, walk_on
from ..scenarios.crud.pages import walked
from ..service.pages import MOST_PAGES
from ..service.service import Service

ROWS = 7
PAGE = 2
TIMES = 2
"""After how many pages a row goes and another comes."""


@judges("CRU-47")
def test_a_walk_by_cursor_shows_each_row_that_stays_once(judge: Judge, service: Service) -> None:
    """While a row that was shown goes and another comes, all others are shown once."""
    name = cursor_of(service)
    if name is None:
        judge.not_applicable("the list has no cursor; an offset moves with every deleted row")
    created = [str(service.row().id) for _ in range(ROWS)]
    whole = [i for i in map(str, service.ids(service.list())) if i in created]
    control = [str(i) for i in walked(service, walk_on(service, name, PAGE))]
    gone: list[str] = []
    # A walk that is cut at its last page may have ended before the new rows.
    lost = [i for i in whole if i not in control] if len(control) < PAGE * MOST_PAGES else []
    judge.that(
        not lost,
        expected="each row of the list on one of the pages, while nothing changes",
        observed=f"never shown: {', '.join(lost)}, in a list that shows {len(whole)} new rows",
    )
    pages = walk_on(service, name, PAGE, _coming_and_going(service, gone))
    if len(pages) < 2:
        judge.not_applicable("all rows are on one page")
    shown = Counter(str(i) for i in walked(service, pages))
    twice = [i for i, times in {**Counter(control), **shown}.items() if times > 1]
    never = [i for i in control if i not in shown and i not in gone]
    judge.that(
        not twice and not never,
        expected=f"each of the rows that stayed on one of the {len(pages)} pages",
        observed=f"shown twice: {', '.join(twice) or 'none'}; never: {', '.join(never) or 'none'}",
        seen=pages[-1],
    )


def _coming_and_going(service: Service, gone: list[str]) -> Callable[[Exchange], None]:
    """Return a function that deletes the first row of a page and creates another, page by page."""
    left = iter(range(TIMES))

    def disturb(page: Exchange) -> None:
        if next(left, None) is None:
            return
        service.row()
        first = service.ids(page)[0]
        if service.resource.offers("delete") and service.delete(first).ok:
            gone.append(str(first))

    return disturb
