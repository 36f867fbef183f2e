"""The operation that somebody has chosen: a request of it, and whether it succeeds undisturbed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...instruments.exchange import Exchange, Request
from ...rules.violation import NotApplicable, Undecided, UsageError
from ...service.discovery.declared import OPTION, require_declared
from ...service.service import Row, Service

ONCE_MORE = " the second time (a row that is made for each request is {row.id})"


def chosen_request(service: Service, row: Row | None = None, **sent: Any) -> Request:
    """Return a request of the chosen operation, about `row` or else about rows made for it.

    `sent` replaces its body. Raises `NotApplicable` if there is none.
    """
    template = service.resource.chosen
    if template is None:
        raise NotApplicable("no operation was chosen")
    values = _values(service, {} if row is None else {"row": row})
    target = template.target(values)
    if not sent:
        sent = {"json_body": template.json_body(values)}
    return service.draft(template.method, target, **sent)


def absent_request(service: Service) -> Request:
    """Return a request of the chosen operation about a row that is not there."""
    template = service.resource.chosen
    if template is None or not template.has_row:
        raise NotApplicable("no operation on a row was chosen")
    absent = replace(service.row(), id=service.absent_id())
    return chosen_request(service, absent)


def require_chosen(service: Service) -> None:
    """Learn whether the chosen operation succeeds, and put the rows back.

    Raises `UsageError` if the service does not have it, or refuses it.
    """
    template = service.resource.chosen
    if template is None or service.trail.gone:
        return
    require_declared(service.resource.document, template)
    failed = _first_failed(service)
    if failed is None:
        return
    turn, exchange = failed
    told = f"{exchange} {exchange.cause or exchange.excerpt(200)}"
    if exchange.refused:
        raise UsageError(f"{OPTION} {str(template)!r}: the service refuses it{turn}: {told}")
    failure = f"the chosen operation does not succeed undisturbed: {told}"
    service.resource = service.resource.pinned(chosen_failure=failure)


def _first_failed(service: Service) -> tuple[str, Exchange] | None:
    """Send it twice, since it is sent often; return the first that fails, and which one that is.

    None also if the service makes no row for it, which other rules tell.
    """
    try:
        for turn in ("", ONCE_MORE):
            exchange = service.exchange(chosen_request(service))
            if not exchange.ok:
                return turn, exchange
    except NotApplicable as reason:
        raise UsageError(f"{OPTION} {str(service.resource.chosen)!r}: {reason}") from None
    except Undecided:
        pass
    finally:
        service.restore()
    return None


def _values(service: Service, rows: dict[str, Row]) -> Callable[[str], Any]:
    """The values of names, each row made when it is first named."""
    number = service.serial()

    def value(name: str) -> Any:
        word, _, field = name.partition(".")
        if not field:
            return number
        if word not in rows:
            rows[word] = service.row()
        return _field(service, rows[word], field)

    return value


def _field(service: Service, row: Row, name: str) -> Any:
    known = {**row.sent, **service.shown(row.exchange), "id": row.id}
    if name not in known:
        raise UsageError(
            f"{OPTION} {str(service.resource.chosen)!r}: a row has no field {name!r}. "
            f"Valid: {', '.join(known)}"
        )
    return known[name]
