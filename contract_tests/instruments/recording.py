"""An exchange as a record: what evidence is made of."""

from __future__ import annotations

from dataclasses import replace

from ..masking.cutting import cut
from ..rules.evidence import EventRecord, RequestRecord
from .attribution import path_of
from .exchange import BODY, Event, Exchange

ANSWER = 200
"""Letters of an answer that are kept."""

TEXT = 4000
"""Letters of a statement or an error that are kept: one for thousands of rows has millions."""


def recorded(exchange: Exchange, *marked: Event, letter: str = "") -> RequestRecord:
    """Give the record of an exchange, with a mark at the events where the promise was broken."""
    request = exchange.request
    tells = exchange.status is not None and bool(exchange.body) and not exchange.ok
    return RequestRecord(
        number=exchange.number,
        method=request.method,
        target=request.target,
        body=cut(request.body.decode("utf-8", "backslashreplace"), BODY),
        status=exchange.status,
        letter=letter,
        events=tuple(_event(event, is_marked=event in marked) for event in exchange.events),
        held=tuple(replace(each, path=path_of(each.frame)) for each in exchange.held),
        warnings=exchange.warnings,
        answer=exchange.excerpt(ANSWER) if tells else "",
        began=round(exchange.began, 6),
    )


def _event(event: Event, *, is_marked: bool) -> EventRecord:
    return EventRecord(
        seconds=round(event.moment, 6),
        kind=event.kind,
        connection=event.connection,
        text=cut(event.text, TEXT),
        frame=event.where,
        path=path_of(event.where),
        task=event.task,
        is_marked=is_marked,
    )
