"""A later life: rows are there already, and the app starts and stops more than once."""

from __future__ import annotations

from dataclasses import dataclass

from ..databases import Contents, Database
from ..instruments.exchange import Exchange
from ..service import Service
from ..targets.trial import Trial
from ..violation import Undecided
from .asking import ask, failure
from .first import Left, census

ROUNDS = 3


@dataclass(frozen=True)
class Pair:
    """Two apps side by side: how the idle one stopped, and what the other answered then."""

    start_failure: str = ""
    stop_failure: str = ""
    answer: Exchange | None = None


@dataclass(frozen=True)
class LaterLife:
    """What was seen: the rows before and after its start, each round's remains, the pair."""

    before: Contents
    after: Contents
    start_failure: str
    round_failure: str = ""
    rounds: tuple[Left, ...] = ()
    pair: Pair = Pair()

    def begun(self) -> LaterLife:
        """This life, if it began. Raises `Undecided` otherwise."""
        if self.start_failure:
            raise Undecided(f"the app could not start a second time: {self.start_failure}")
        return self


def later_life(service: Service, database: Database) -> LaterLife:
    """Live it: start on what is there, then round after round, then two apps side by side."""
    before = _contents(service, database)
    with service.trial(database) as trial:
        begun = trial.begin()
        after = _contents(service, database)
        if not begun["ok"]:
            return LaterLife(before, after, failure(begun))
        trial.ask("stop", app=begun["app"])
        if not service.origin.is_factory:
            return LaterLife(before, after, "")
        rounds, round_failure = _rounds(service, trial)
        return LaterLife(before, after, "", round_failure, rounds, _pair(service, trial))


def _rounds(service: Service, trial: Trial) -> tuple[tuple[Left, ...], str]:
    seen = [census(trial)]
    for _ in range(ROUNDS - 1):
        begun = trial.begin()
        if not begun["ok"]:
            return tuple(seen), failure(begun)
        _answer(service, trial, begun["app"])
        trial.ask("stop", app=begun["app"])
        seen.append(census(trial))
    return tuple(seen), ""


def _pair(service: Service, trial: Trial) -> Pair:
    """The first of the two serves nothing before it is stopped."""
    idle, other = trial.begin(), trial.begin()
    start_failure = failure(idle) or failure(other)
    if start_failure:
        return Pair(start_failure)
    stop_failure = failure(trial.ask("stop", app=idle["app"]))
    answer = _answer(service, trial, other["app"])
    trial.ask("stop", app=other["app"])
    return Pair("", stop_failure, answer)


def _answer(service: Service, trial: Trial, app: int) -> Exchange | None:
    role = next((r for r in service.resource.operations if r in {"list", "create"}), None)
    if role is None:
        return None
    return ask(service, trial, app, role, service.body() if role == "create" else None)


def _contents(service: Service, database: Database) -> Contents:
    service.run(database.open())
    try:
        return service.run(database.contents())
    finally:
        service.run(database.close())
