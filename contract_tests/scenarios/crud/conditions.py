"""Entity tags: which one a row has, and requests that are meant for that one only."""

from __future__ import annotations

from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable, Undecided
from ...service.resource import Role
from ...service.service import Row, Service
from .asking import with_headers
from .rows import change_body

CONFLICTS = (409, 412, 428)


def entity_tag(service: Service, row: Row) -> str:
    """The entity tag a read of the row answers. Raises `NotApplicable` if it has none."""
    exchange = service.read(row.id)
    if not exchange.ok:
        raise Undecided(f"a row that should be there is not shown: {exchange}")
    tag = exchange.header("etag")
    if tag is None:
        raise NotApplicable("a read returns no ETag")
    return tag


def is_weak(tag: str) -> bool:
    """Return whether a tag promises no more than that the row means the same."""
    return tag.startswith("W/")


def read_unless(service: Service, row: Row, tag: str) -> Exchange:
    """Read the row unless it still has this tag."""
    return with_headers(service, "read", {"if-none-match": tag}, row.id)


def change_if(service: Service, role: Role, row: Row, tag: str) -> Exchange:
    """Change the row, with new values, if it still has this tag."""
    body = change_body(service, role, row)
    return with_headers(service, role, {"if-match": tag}, row.id, body)


def change_row(service: Service, role: Role, row: Row) -> Exchange:
    """Change the row as it is now. Raises `Undecided` if that is refused."""
    tag = entity_tag(service, row)
    if is_weak(tag):  # which If-Match never matches
        exchange = service.request(role, row.id, body=change_body(service, role, row))
    else:
        exchange = change_if(service, role, row, tag)
    if not exchange.ok:
        raise Undecided(f"a change with the current tag was not accepted: {exchange}")
    return exchange


def honours_if_match(service: Service, role: Role) -> bool:
    """Return whether a change of a new row, with a tag that no row ever had, is refused."""
    # The quotation marks are part of a tag: without them the header would be malformed.
    exchange = change_if(service, role, service.row(), '"no-such-tag"')
    return exchange.status in CONFLICTS
