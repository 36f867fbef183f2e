"""Evidence as text that a tired person can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..rules.evidence import EventRecord, Evidence, RequestRecord

LONGEST = 60
SQL = ("sql", "begin", "commit", "rollback")

WEIGHTS = (
    ("failed", "cancelled", "raised", "client gone"),
    ("commit", "rollback", "response start", "response end"),
    ("checkout", "checkin", "begin", "invalidated", "reclaimed"),
    ("sql",),
)
"""The kinds of events that a short timeline keeps, those first that it keeps longest."""

LEAST = 4
"""Events that every request keeps, however short the evidence is to be."""


def evidence_lines(evidence: Evidence, most: int | None = None) -> Iterator[str]:
    """Give the lines of each part, in all about `most` of them if that is given."""
    room = None if most is None else most // max(len(evidence), 1)
    for part in evidence:
        if isinstance(part, RequestRecord):
            yield from timeline(part, room)
        else:
            yield from _beginning(part.text.splitlines(), room)


def timeline(request: RequestRecord, most: int | None = None) -> Iterator[str]:
    """Give the request, each event with its moment, connection and frame, and what is missing.

    Moments are milliseconds since the request began; marked events are pointed at. What was done
    outside of requests has no method, and its name for a target. With `most`, the events that tell
    least are left out, and their place is marked.
    """
    sent = f"{request.method} {request.target} {request.body}".rstrip()
    letter = f"{request.letter}: " if request.letter else ""
    answered = f"request #{request.number} {sent} -> {request.status or 'no answer'}"
    yield f"{letter}{answered if request.method else request.target}"
    beside = 1 + len(request.held) + len(request.warnings) + bool(request.answer)
    yield from _events(request.events, None if most is None else max(most - beside, LEAST))
    yield from (f"{'':>12}>>>> {held}" for held in request.held)
    yield from (f"{'':>12}>>>> warning: {warning}" for warning in request.warnings)
    if request.answer:
        yield f"{'':>17}body {request.answer}"


def _events(events: Sequence[EventRecord], most: int | None) -> Iterator[str]:
    if most is None or len(events) <= most:
        yield from (_line(event).rstrip() for event in events)
        return
    kept = sorted(sorted(range(len(events)), key=lambda place: _weight(events[place]))[:most])
    before = -1
    for place in kept:
        if place - before > 1:
            yield _gap(place - before - 1)
        yield _line(events[place]).rstrip()
        before = place
    if before < len(events) - 1:
        yield _gap(len(events) - before - 1)


def _weight(event: EventRecord) -> tuple[bool, int]:
    found = (place for place, kinds in enumerate(WEIGHTS) if event.kind in kinds)
    return not event.is_marked, next(found, len(WEIGHTS))


def _gap(number: int) -> str:
    return f"{'':>17}({number} more)"


def _beginning(lines: Sequence[str], most: int | None) -> Iterator[str]:
    if most is None or len(lines) <= most:
        yield from lines
    else:
        yield from lines[: max(most - 1, 1)]
        yield f"({len(lines) - max(most - 1, 1)} more lines)"


def _line(event: EventRecord) -> str:
    connection = f"conn {event.connection}" if event.connection is not None else ""
    word = event.kind.upper() if event.kind in SQL else event.kind
    text = _short(event.text, LONGEST)
    return (
        f"{event.seconds * 1000:8.1f} ms {'>>>>' if event.is_marked else '    '} {connection:<7} "
        f"{word:<15} {text:<{LONGEST}} {event.frame}"
    )


def _short(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 2] + ".."
