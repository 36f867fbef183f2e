"""A picture of requests as records: lanes, bars, marks, and the words above and below them."""

from __future__ import annotations

from dataclasses import dataclass

HEIGHT, FOOTROOM = 52.0, 24.0
"""The heights of each lane, and below them."""

HEADROOM, GUIDE = 8.0, 14.0
"""The heights above the lanes, and of each row of words there."""


@dataclass(frozen=True)
class Lane:
    """A row of the picture: a request, or one connection and the line that took it first."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """Something that lasts: `sort` is its class, and one that `is_open` has no end."""

    lane: int
    sort: str
    start: float
    end: float
    is_open: bool = False


@dataclass(frozen=True)
class Mark:
    """An event: its number, its place, its shape, a word beside it, and all of it in words."""

    number: str
    lane: int
    x: float
    shape: str
    label: str
    words: str
    is_marked: bool = False


@dataclass(frozen=True)
class Chart:
    """The whole picture. `answers` are the places where a client has the whole answer, by name."""

    width: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    answers: tuple[tuple[float, str], ...] = ()
    left_out: int = 0

    @property
    def broken(self) -> tuple[float, ...]:
        """The places where the promise was broken."""
        return tuple(mark.x for mark in self.marks if mark.is_marked)

    @property
    def top(self) -> float:
        """The height above the lanes: less if nothing is written there."""
        return HEADROOM + GUIDE * min(2, max(len(self.answers), bool(self.broken)))

    @property
    def height(self) -> float:
        """The height of all lanes, and what is above and below."""
        return self.top + HEIGHT * len(self.lanes) + FOOTROOM

    @property
    def late(self) -> tuple[float, float] | None:
        """Mark the time between the answer and a broken moment behind it."""
        if len(self.answers) != 1 or not self.broken or self.broken[-1] <= self.answers[0][0]:
            return None
        return self.answers[0][0], self.broken[-1]
