"""Evidence as text that a tired person can read."""

from __future__ import annotations

from collections.abc import Iterator

from ..rules.evidence import EventRecord, Evidence, RequestRecord

LONGEST = 60
SQL = ("sql", "begin", "commit", "rollback")


def evidence_lines(evidence: Evidence) -> Iterator[str]:
    """Give the lines of each part."""
    for part in evidence:
        if isinstance(part, RequestRecord):
            yield from timeline(part)
        else:
            yield from part.text.splitlines()


def timeline(request: RequestRecord) -> Iterator[str]:
    """Give the request, each event with its moment, connection and frame, and what is missing.

    Moments are milliseconds since the request began; marked events are pointed at. What was done
    outside of requests has no method, and its name for a target.
    """
    sent = f"{request.method} {request.target} {request.body}".rstrip()
    letter = f"{request.letter}: " if request.letter else ""
    answered = f"request #{request.number} {sent} -> {request.status or 'no answer'}"
    yield f"{letter}{answered if request.method else request.target}"
    yield from (_line(event).rstrip() for event in request.events)
    yield from (f"{'':>12}>>>> {held}" for held in request.held)
    yield from (f"{'':>12}>>>> warning: {warning}" for warning in request.warnings)
    if request.answer:
        yield f"{'':>17}body {request.answer}"


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
