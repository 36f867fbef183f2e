"""Changes and deletes of a row, one request after the other."""

from __future__ import annotations

from collections.abc import Mapping

from ...rules.violation import NotApplicable, Undecided
from ...service.equality import same
from ...service.resource import Role
from ...service.service import Service
from ..crud.rows import added, change_body
from .hidden_fields import HiddenFields


def in_one_row(service: Service, role: Role, hidden: HiddenFields) -> tuple[str, ...]:
    """The fields that are shown, or stored if `hidden`, as they are sent, in one row of one table.

    What is kept in several tables may rightly be read by several statements. Raises
    `NotApplicable` if fewer than two can be told.
    """
    row = service.row()
    created, before = hidden.with_shown(row), service.door.stored()
    body = change_body(service, role, row)
    exchange = service.request(role, row.id, body=body)
    if not exchange.ok:
        raise Undecided(
            f"the request fails even when sent alone: {exchange} {exchange.excerpt(120)}"
        )
    stored = [cells for rows in added(before, service.door.stored()).values() for cells in rows]
    shown = hidden.with_shown(row)
    kept = {n for n in row.sent if n in created and same(row.sent[n], created[n])}
    names = [n for n in _scalars(service, body) if n in kept and same(body[n], shown.get(n))]
    found = [tuple(n for n in names if str(body[n]) in map(str, cells)) for cells in stored]
    best = max(found, key=len, default=())
    if len(best) < 2:  # noqa: PLR2004 - a whole has two parts at least
        raise NotApplicable("no two fields of a change are known to be stored in the same row")
    return best


def _scalars(service: Service, body: Mapping[str, object]) -> list[str]:
    kinds = (str, int, float)
    taken = {service.resource.id_field}
    # By the very type: to Python a flag is an `int`, and it may be stored as one.
    return [n for n, v in body.items() if n not in taken and type(v) in kinds]


def stays_gone(service: Service) -> bool:
    """Return whether a row that is deleted, then changed, is not shown, one after the other."""
    row = service.row()
    deleted = service.delete(row.id)
    service.update(row.id, change_body(service, "update", row))
    return deleted.ok and not service.read(row.id).ok
