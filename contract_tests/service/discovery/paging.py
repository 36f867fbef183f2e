"""The names of paging parameters, and a trial of the usual ones where no document declares any."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..resource import Paging
from ..service import Service

SIZES = (
    "limit",
    "size",
    "page_size",
    "per_page",
    "pageSize",
    "perPage",
    "items_per_page",
    "itemsPerPage",
    "count",
    "take",
)
OFFSETS = ("offset", "skip", "start")
PAGES = ("page", "page_number", "pageNumber", "currentPage")
TRIED = 4
"""Of these names so many are tried where no document declares one: each costs a request."""


def seen_paging(service: Service) -> Paging:
    """The parameters that make a difference; none of them if there are not two rows to cut."""
    whole = _rows(service)
    sizes = (name for name in SIZES[:TRIED] if len(_rows(service, **{name: 1})) == 1)
    size = next(sizes, None) if len(whole) > 1 else None
    if size is None:
        return Paging()
    first, found = _rows(service, **{size: 1}), Paging(size=size)
    for name in OFFSETS:
        # A service that passes over the parameter shows the same; behind the last row is nothing.
        if _rows(service, **{size: 1, name: 1}) not in (first, []):
            return replace(found, offset=name)
    for name in PAGES:
        pages = [_rows(service, **{size: 1, name: number}) for number in (1, 2)]
        if pages[0] == first and pages[1] not in (first, []):
            return replace(found, page=name)
    return found


def _rows(service: Service, **query: object) -> list[Any]:
    """Return the rows that a list shows; none where it refuses."""
    answer = service.list(**query)
    return service.resource.rows(answer.json) or [] if answer.ok else []
