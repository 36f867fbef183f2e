"""Walk through a list whose pages go on from a cursor: a token of the answer, or the last id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...instruments.exchange import Exchange, items_of
from ...rules.violation import Undecided
from ...service.pages import MOST_PAGES
from ...service.service import Service

BY_ID = ("after", "after_id", "afterId", "last_id", "since_id", "starting_after", "startingAfter")
TOKENS = ("cursor", "page_token", "pageToken", "continuation_token", "next_token", *BY_ID)
NEXT = (
    "next_cursor",
    "nextCursor",
    "next_page_token",
    "nextPageToken",
    "next_token",
    "nextToken",
    "continuation_token",
    "end_cursor",
    "endCursor",
    "cursor",
    "next",
)


def cursor_of(service: Service) -> str | None:
    """The parameter of the list that takes a cursor, if it has one."""
    names = [parameter.name for parameter in service.operation("list").query]
    return next((name for name in TOKENS if name in names), None)


def walk_on(
    service: Service, name: str, size: int, between: Callable[[Exchange], None] | None = None
) -> tuple[Exchange, ...]:
    """Every page up to the last; `between` is called with each. Raises `Undecided` if one fails."""
    pages: list[Exchange] = []
    cut = service.resource.paging.size
    asked: dict[str, object] = {cut: size} if cut else {}
    while len(pages) < MOST_PAGES:
        exchange = service.list(**asked)
        if not exchange.ok:
            raise Undecided(f"a page of the list could not be read: {exchange}")
        if not service.ids(exchange):
            break
        pages.append(exchange)
        asked[name] = _next(service, exchange, name)
        if asked[name] is None:
            break
        if between:
            between(exchange)
    return tuple(pages)


def _next(service: Service, exchange: Exchange, name: str) -> object:
    """Return what the next page goes on from; None after the last."""
    told = [place[key] for place in _places(exchange.json) for key in NEXT if key in place]
    if told:
        return told[0] if isinstance(told[0], (str, int)) and told[0] != "" else None
    # A parameter of such a name takes the id of the last row, which no answer has to repeat.
    return service.ids(exchange)[-1] if name in BY_ID else None


def _places(answer: Any) -> Iterator[Mapping[str, Any]]:
    """The answer, and the objects one level below (`meta`, `page_info`)."""
    outer = items_of(answer)
    yield outer
    yield from map(items_of, outer.values())
