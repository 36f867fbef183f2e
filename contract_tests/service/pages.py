"""The pages of a list: how each is asked for, and the way through them to a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..instruments.exchange import items_of
from .equality import differences
from .resource import Parameter

if TYPE_CHECKING:
    from .service import Service

MOST_PAGES = 100
LARGEST = 100
"""Rows per page that nearly every service allows."""


def id_in_list(service: Service, sent: Mapping[str, Any]) -> Any:
    """The id of the one row that the list shows as it was sent; None if it is not one.

    The pages are walked where the first does not show it.
    """
    if not service.resource.offers("list"):
        return None
    for rows in (_rows(service), every_row(service) if service.resource.paging.moves else ()):
        telling = [row for row in rows if sent.keys() & row.keys()]
        alike = [row for row in telling if not differences(sent, row)]
        if alike:
            return service.resource.id_in(alike[0]) if len(alike) == 1 else None
    return None


def every_row(service: Service) -> Iterator[Mapping[str, Any]]:
    """Each row of the list once, up to a page that is refused or shows nothing new."""
    known: set[str] = set()
    for number in range(MOST_PAGES):
        page = _rows(service, **page_query(service, None, number, len(known)))
        fresh = [row for row in page if str(service.resource.id_in(row)) not in known]
        if not fresh:
            return
        known |= {str(service.resource.id_in(row)) for row in fresh}
        yield from fresh


def delete_every_row(service: Service) -> None:
    """Have the service delete each row that it lists, as far as it does."""
    if service.resource.offers("list", "delete"):
        # All are looked up first: each that goes would move those on later pages.
        for row in list(every_row(service)):
            service.delete(service.resource.id_in(row))


def _rows(service: Service, **query: object) -> list[Mapping[str, Any]]:
    answer = service.list(**query)
    return [items_of(row) for row in service.resource.rows(answer.json) or ()] if answer.ok else []


def page_query(service: Service, size: int | None, number: int, shown: int) -> dict[str, object]:
    """Return the parameters that ask for page `number` (from 0) after `shown` rows."""
    paging = service.resource.paging
    asked: dict[str, object] = {}
    if paging.size:
        asked[paging.size] = size or largest(service)
    if paging.offset:
        asked[paging.offset] = shown
    elif paging.page:
        asked[paging.page] = first_page(service) + number
    return asked


def largest(service: Service) -> int:
    """The largest page the document allows, within reason."""
    declared = declaration(service, service.resource.paging.size).get("maximum")
    return min(declared, LARGEST) if isinstance(declared, int) and declared > 0 else LARGEST


def first_page(service: Service) -> int:
    """The number of the first page: 0 only where the document says so."""
    schema = declaration(service, service.resource.paging.page)
    return 0 if 0 in (schema.get("minimum"), schema.get("default")) else 1


def declaration(service: Service, name: str | None) -> dict[str, Any]:
    """Return the schema that the document declares for a parameter of the list."""
    declared: tuple[Parameter, ...] = service.operation("list").query
    return next((dict(p.schema) for p in declared if p.name == name), {})
