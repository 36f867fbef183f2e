"""Walk through a list, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...instruments.exchange import Exchange
from ...rules.violation import Undecided
from ...service.pages import MOST_PAGES, page_query
from ...service.service import Row, Service
from .rows import same_id


def walk(
    service: Service, size: int | None = None, between: Callable[[], None] | None = None
) -> tuple[Exchange, ...]:
    """Every page up to the first that shows nothing new; one page where nothing moves on.

    `between` is called after each page. Raises `Undecided` if a page is refused.
    """
    exchanges: list[Exchange] = []
    shown: list[Any] = []
    while len(exchanges) < MOST_PAGES:
        exchange = service.list(**page_query(service, size, len(exchanges), len(shown)))
        if not exchange.ok:
            raise Undecided(f"a page of the list could not be read: {exchange}")
        page = service.ids(exchange)
        if exchanges and all(identifier in shown for identifier in page):
            break
        exchanges.append(exchange)
        shown += page
        if not (service.resource.paging.offset or service.resource.paging.page):
            break
        if between:
            between()
    return tuple(exchanges)


def plain_list(service: Service) -> Exchange:
    """The control of whatever is strange about a list. Raises `Undecided` if it fails itself."""
    exchange = service.list()
    if not exchange.ok:
        raise Undecided(f"even a plain list is not answered with success: {exchange}")
    return exchange


def walked(service: Service, exchanges: tuple[Exchange, ...]) -> list[Any]:
    """The ids that the pages show, in their order."""
    return [identifier for exchange in exchanges for identifier in service.ids(exchange)]


def listed(service: Service, row: Row) -> dict[str, Any] | None:
    """The row as the list shows it, or None."""
    name = service.resource.id_field
    rows = [shown for page in walk(service) for shown in service.listed(page)]
    return next((dict(shown) for shown in rows if same_id(shown.get(name), row.id)), None)
