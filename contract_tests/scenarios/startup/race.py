"""Two workers that start at once, in an order that is chosen and not left to chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ...databases import Database
from ...service.service import Service
from ...service.workers.subprocess_app import SubprocessApp
from .asking import failure_line

RacePoint = Literal["create", "commit"]

WAITS = 0.25
"""Seconds a statement may be under way before its worker is taken to wait for the other."""

BEGINNING = 10.0
"""Seconds until the first statement, which comes after the import of the app."""

SILENT = 3.0
"""Seconds between two statements after which a worker is taken to wait for something else."""


@dataclass(frozen=True)
class Race:
    """Observations of two starts. `held` is where the first worker stood, or empty."""

    held: str
    waited: bool = False
    first_failure: str = ""
    second_failure: str = ""


def race(service: Service, database: Database, point: RacePoint) -> Race:
    """Hold the first worker at `point`, let the second come as far as it can, release the first.

    No verdict hangs on the waits: too short a one only makes the race less sharp.
    """
    made = service.process.subprocess_app
    with made(database) as first, made(database) as second:
        first.ask("gate", before=point)
        second.ask("trace")
        first.tell_app("begin")
        stopped = first.receive()
        if "gate" not in stopped:
            return Race("")
        second.tell_app("begin")
        overtaken = as_far_as_it_can(second)
        first.tell(act="go")
        ended = first.result()
        answer = overtaken or second.result()
        return Race(stopped["gate"], overtaken is None, failure_line(ended), failure_line(answer))


def as_far_as_it_can(worker: SubprocessApp) -> dict[str, Any] | None:
    """The answer of a worker that came to the end of its start-up, or None if it waits."""
    patience = BEGINNING
    while True:
        try:
            answer = worker.receive(patience)
        except TimeoutError:
            return None
        if "statement" not in answer:
            return answer
        patience = WAITS if answer["statement"] else SILENT
