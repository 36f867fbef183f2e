"""Records of what was seen of a broken promise; `reports/` alone makes words of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class EventRecord:
    """One event of a request, `seconds` after it began.

    `frame` is the app's line that caused it, `path` its file from the root of the repository where
    that is known, `task` the asyncio task or thread that ran it, and `is_marked` says that the
    promise was broken here.
    """

    seconds: float
    kind: str
    connection: int | None = None
    text: str = ""
    frame: str = ""
    task: str = ""
    is_marked: bool = False
    path: str = ""


@dataclass(frozen=True)
class HeldConnection:
    """A connection that was never given back, and the app's line that took it.

    `path` is the file of the line, from the root of the repository, where that is known.
    """

    connection: int
    frame: str
    path: str = ""

    def __str__(self) -> str:
        """The connection in words."""
        return f"conn {self.connection} NEVER RETURNED; taken at {self.frame or 'an unknown line'}"


@dataclass(frozen=True)
class RequestRecord:
    """A request with all that happened because of it.

    `status` is None where no answer was begun. `letter` tells requests apart that were sent
    together, `answer` is the beginning of a body that tells of a failure or a refusal. `began` is
    when it began, in seconds on the clock that all requests of a run share; 0 if nobody knows.
    """

    number: int
    method: str
    target: str
    body: str = ""
    status: int | None = None
    letter: str = ""
    events: tuple[EventRecord, ...] = ()
    held: tuple[HeldConnection, ...] = ()
    warnings: tuple[str, ...] = ()
    answer: str = ""
    began: float = 0.0


@dataclass(frozen=True)
class Remark:
    """Evidence that no single request shows: lines of text, such as the output of a process."""

    text: str


Part = RequestRecord | Remark
Evidence = tuple[Part, ...]


def as_rows(evidence: Evidence) -> list[dict[str, Any]]:
    """Give evidence as JSON."""
    return [
        {"kind": "request" if isinstance(part, RequestRecord) else "remark"} | asdict(part)
        for part in evidence
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Evidence:
    """Give the evidence that `as_rows` gave."""
    return tuple(_part(dict(row)) for row in rows)


def _part(row: dict[str, Any]) -> Part:
    if row.pop("kind") == "remark":
        return Remark(**row)
    events = tuple(EventRecord(**event) for event in row.pop("events"))
    held = tuple(HeldConnection(**connection) for connection in row.pop("held"))
    warnings = tuple(row.pop("warnings"))
    return RequestRecord(**row, events=events, held=held, warnings=warnings)
