"""The places in the app's own files that a verdict is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..rules.evidence import EventRecord, HeldConnection, RequestRecord
from ..rules.verdict import Verdict
from .record import RunRecord

_NUMBER = re.compile(r":(\d+) in ")


@dataclass(frozen=True)
class AppLine:
    """A line of a file, by its path from the root of the repository; 0 is the file as a whole."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        """The place as editors read it."""
        return f"{self.path}:{self.line}" if self.line else self.path


def app_line_of(verdict: Verdict, run: RunRecord) -> AppLine | None:
    """Return the line where the promise was broken, or the nearest one that is known.

    Where no line of the app is known, it is the file that has the app; None if it has none, as a
    service that was reached by its URL.
    """
    found = next((place for request in verdict.requests for place in _nearest(request)), None)
    file = run.facts.get("service", {}).get("file", "")
    return found or (AppLine(file) if file else None)


def _nearest(request: RequestRecord) -> Iterator[AppLine]:
    """Give the marked lines, those that took what was never returned, and then all, last first."""
    marked = [event for event in request.events if event.is_marked]
    seen: tuple[EventRecord | HeldConnection, ...] = (*marked, *request.held)
    for each in (*seen, *reversed(request.events)):
        place = recorded_line(each.path, each.frame)
        if place is not None:
            yield place


def steps_of(request: RequestRecord) -> Iterator[tuple[EventRecord, AppLine]]:
    """Give the events of a request that a known line of the app has caused, with the line."""
    for event in request.events:
        place = recorded_line(event.path, event.frame)
        if place is not None:
            yield event, place


def recorded_line(path: str, frame: str) -> AppLine | None:
    """Return the place of a line that a record names; None without its path."""
    number = _NUMBER.search(frame)
    return AppLine(path, int(number[1])) if path and number else None
