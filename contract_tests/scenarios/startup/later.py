"""A later life: rows are there already, and the app starts and stops more than once."""

from __future__ import annotations

from dataclasses import dataclass

from ...databases import Database
from ...instruments.exchange import Exchange
from ...rules.violation import Undecided
from ...service.resource import Role
from ...service.service import Service
from ...service.workers.leftovers import leftovers
from ...service.workers.subprocess_app import SubprocessApp
from .asking import AppClient, failure_line
from .first import Left, census

ROUNDS = 3


@dataclass(frozen=True)
class SideBySide:
    """Two apps side by side: how the idle one stopped, and what the other answered then."""

    start_failure: str = ""
    stop_failure: str = ""
    answers: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class LaterStart:
    """Observations of later starts: the row stored before, each round's remains, the pair."""

    start_failure: str
    kept: Exchange | None = None
    round_failure: str = ""
    rounds: tuple[Left, ...] = ()
    pair: SideBySide = SideBySide()

    def begun(self) -> LaterStart:
        """Give this life, if it began. Raises `Undecided` otherwise."""
        if self.start_failure:
            raise Undecided(f"the app could not start a second time: {self.start_failure}")
        return self


def later_start(service: Service, database: Database, row: object) -> LaterStart:
    """Live it: start where a row is stored, then round after round, then two apps side by side.

    `row` is its id; None, where it is not known, has the rows listed instead of read.
    """
    with service.process.subprocess_app(database) as trial:
        begun = trial.begin()
        if not begun["ok"]:
            return LaterStart(failure_line(begun))
        client = AppClient(service, trial, begun["app"])
        can_read = row is not None and service.resource.offers("read")
        role: Role = "read" if can_read else "list"
        kept = client.send(role, row) if service.resource.offers(role) else None
        client.stop()
        # Only a factory makes another app: an object of a module is the same one at every start.
        if not service.process.origin.is_factory:
            return LaterStart("", kept)
        rounds, round_failure = _rounds(service, trial)
        pair = _pair(service, trial)
        with leftovers(trial):  # what a first life has left was judged
            return LaterStart("", kept, round_failure, rounds, pair)


def _rounds(service: Service, trial: SubprocessApp) -> tuple[tuple[Left, ...], str]:
    seen = [census(trial)]
    for _ in range(ROUNDS - 1):
        begun = trial.begin()
        if not begun["ok"]:
            return tuple(seen), failure_line(begun)
        client = AppClient(service, trial, begun["app"])
        client.usual()
        client.stop()
        seen.append(census(trial))
    return tuple(seen), ""


def _pair(service: Service, trial: SubprocessApp) -> SideBySide:
    """The first of the two serves nothing before it is stopped."""
    begun = [trial.begin(), trial.begin()]
    start_failure = "".join(failure_line(answer) for answer in begun)
    if start_failure:
        return SideBySide(start_failure)
    idle, other = (AppClient(service, trial, answer["app"]) for answer in begun)
    stop_failure = idle.stop()
    answers = other.usual()
    other.stop()
    return SideBySide("", stop_failure, answers)
