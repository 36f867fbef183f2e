"""The events of requests on one clock, each with the lane it is in and the word beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...rules.evidence import EventRecord, RequestRecord

ENDS = frozenset({"commit", "rollback"})
"""The kinds of events that end a transaction."""

BY_THE_KIT = "by the kit"
"""The beginning of what is said of an event that is a disturbance."""

LONGEST_VERB, LONGEST_ANSWER = 12, 16

Requests = Mapping[int, RequestRecord]
"""The requests of one picture, by their numbers within the evidence."""


@dataclass(frozen=True)
class Happening:
    """An event of one of the requests, its place within it, its moment, and where it is drawn."""

    event: EventRecord
    request: int
    number: int
    letter: str
    seconds: float
    lane: int
    label: str
    x: float = 0.0


def happenings_of(requests: Requests, connections: Mapping[int, int]) -> list[Happening]:
    """Return every event in the order of time; `connections` are the lanes of each of them."""
    return sorted(_happenings(requests, connections), key=lambda each: each.seconds)


def _happenings(requests: Requests, connections: Mapping[int, int]) -> Iterator[Happening]:
    first = min((request.began for request in requests.values()), default=0.0)
    for row, (number, request) in enumerate(requests.items()):
        letter = request.letter if len(requests) > 1 else ""
        for n, event in enumerate(request.events):
            lane = row if event.connection is None else connections[event.connection]
            seconds = request.began - first + event.seconds
            yield Happening(event, number, n, letter, seconds, lane, _label(event, letter))


def connections_in(requests: Requests) -> list[int]:
    """Return every connection of the requests once, in the order of their first use."""
    used = [
        (each.began + event.seconds, event.connection)
        for each in requests.values()
        for event in each.events
        if event.connection is not None
    ]
    held = [held.connection for each in requests.values() for held in each.held]
    return list(dict.fromkeys([c for _, c in sorted(used, key=lambda use: use[0])] + held))


def _label(event: EventRecord, letter: str) -> str:
    """Return the word beside an event: the verb of a statement, the status of an answer."""
    kind, text = event.kind, event.text
    if kind == "sql":
        return (text.lstrip("( \n\t").split() or ["SQL"])[0].upper()[:LONGEST_VERB]
    if kind == "response start":
        return f"response {text}".rstrip()[:LONGEST_ANSWER]
    if kind == "checkout" and letter:
        return f"checkout by {letter}"
    if text.startswith(BY_THE_KIT):
        return f"{kind} {BY_THE_KIT}"
    return kind.upper() if kind in {"begin", *ENDS} else kind
