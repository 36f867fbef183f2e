"""The Hypothesis adapter: a state machine whose rules are the operations that a service offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, stateful
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from ...generation.determinism import deterministic
from ...rules.profile import Profile
from ...service.resource import WRITES, Role
from ...service.service import Service
from .bodies import Bodies, bodies
from .steps import Step, StepKind

Looks = tuple[Role | None, Role | None]
Body = Mapping[str, Any] | None
DrawnOperation = tuple[StepKind, int, Body, Looks]
SendStep = Callable[[Step], bool]
Begin = Callable[[], tuple[SendStep, Callable[[], None]]]
ROUND = 10
"""Programs that Hypothesis draws afresh; those after are mostly variants of what was drawn."""

RECENT = st.integers(0, 2)
SCHEDULES = st.builds(
    # What stands twice in these lists is drawn twice as often.
    lambda first, calls, others: first * calls + {"A": "B", "B": "A"}[first] * others,
    st.sampled_from("AB"),
    st.sampled_from([1, 2, 1, 3]),
    st.sampled_from([9, 3, 9, 1]),
)
"""One begins and is interrupted by the other, mostly to its end: that is where most goes wrong."""
LOOKS: tuple[Looks, ...] = (
    (None, None),
    (None, "read"),
    ("read", "read"),
    (None, "list"),
    ("list", "list"),
)
UNSEEN = st.just((None, None))
OFTEN: Mapping[Role, int] = {
    "create": 2,
    "read": 1,
    "list": 1,
    "replace": 3,
    "update": 3,
    "delete": 1,
}
"""The weight of each draw beside the others: a row that is gone cannot be changed any more."""
MEETING: Mapping[Role, int] = {
    "create": 1,
    "read": 3,
    "list": 1,
    "replace": 3,
    "update": 3,
    "delete": 2,
}
"""The same for those that are sent together: most are to be about one row."""


class Found(Exception):  # noqa: N818 - what ends a program, and no error
    """A step surprised, and no check explains it."""


class Sequences(stateful.RuleBasedStateMachine):
    """A program in the making. Rows are called by labels: the number of the create."""

    beginnings: Iterator[Begin]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[int] = []
        self._gone: list[int] = []
        self._is_over = False
        self._send, self._close = next(type(self).beginnings)()

    def teardown(self) -> None:
        """End the program, however it went."""
        self._close()

    def add(self, step: Step) -> None:
        """Send a step unless the program is over. Raises `Found` if it shows a broken promise."""
        self._is_over = self._is_over or not self._send(step)

    def look(self, act: StepKind, step: Step) -> None:
        """Look at the row of a step, or at all."""
        self.add(Step(act, step.row if act == "read" else 0))

    def step(self, act: StepKind, recent: int, body: Mapping[str, Any] | None) -> Step:
        """A step on one of the last rows, or a create of a new one.

        Whether a create really made a row is for others to know: what is drawn does not depend on
        what a service answers.
        """
        if act == "list":
            return Step(act)
        if act == "create":
            self._rows.append(len(self._rows) + len(self._gone) + 1)
            return Step(act, self._rows[-1], body)
        rows = [*self._gone, *self._rows][::-1]
        row = rows[recent % len(rows)]
        if act == "delete" and row in self._rows:
            self._rows.remove(row)
            self._gone.append(row)
        return Step(act, row, body)


def explore(
    service: Service, profile: Profile, seed: int, extra: StepKind | None, begin: Begin
) -> None:
    """Run programs, each begun by `begin`, up to the one that raises `Found`.

    One seed gives one sequence of programs. A service that answers differently the second time
    does not disturb: what was seen was seen.
    """
    parts = _rules(service, extra)
    starts = range(0, profile.programs, ROUND)
    sizes = [min(ROUND, profile.programs - start) for start in starts]
    with suppress(Found, HypothesisException), deterministic():
        for number, size in enumerate(sizes):
            first = chain([_nothing], repeat(begin))
            # A class for each round, since `beginnings` is used up with one.
            machine = type("Machine", (Sequences,), {**parts, "beginnings": first})
            rounds = hypothesis.seed(seed * len(sizes) + number)(machine)
            # One program more, since the first is nothing.
            stateful.run_state_machine_as_test(rounds, settings=_settings(size + 1, profile.steps))


def _nothing() -> tuple[SendStep, Callable[[], None]]:
    """The first program of a round, which is the simplest there is and always the same."""
    return lambda _step: False, lambda: None


def _settings(programs: int, steps: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=programs,
        stateful_step_count=max(1, steps // 2),  # most moves are two steps: one is a look
        database=None,
        deadline=None,
        derandomize=False,  # a profile that derandomizes would run the same for every seed
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )


def _rules(service: Service, extra: StepKind | None) -> dict[str, Any]:
    """A first row, which all else needs, and one rule for every move.

    Of several rules Hypothesis would leave out some in each program, and mostly the telling ones.
    """
    first = stateful.initialize(body=bodies(service, "create"))
    move = stateful.rule(move=moves(service, extra))
    return {"first": first(_first), "move": move(_move)}


def moves(service: Service, extra: StepKind | None) -> Bodies:
    """Return what may come next: a function, and its arguments after the machine."""
    # What is read beforehand may hide what a meeting does: a cache that is filled already.
    one = drawn_operations(service, OFTEN, LOOKS[:1] if extra == "together" else LOOKS)
    usual = st.tuples(st.just(_operation), one)
    if extra == "restart":
        return st.one_of(*[usual] * 4, st.tuples(st.just(_restart)))
    if extra == "together":
        two = drawn_operations(service, MEETING, LOOKS[:1])
        apart = st.sampled_from([False, False, False, True])
        new = bodies(service, "create")
        pair = st.tuples(st.just(_together), two, two, apart, SCHEDULES, st.none() | new)
        return st.one_of(usual, pair, pair)
    return usual


def _first(self: Sequences, body: Mapping[str, Any]) -> None:
    self.add(self.step("create", 0, body))


def _move(self: Sequences, move: tuple[Any, ...]) -> None:
    act, *arguments = move
    act(self, *arguments)


def _operation(self: Sequences, one: DrawnOperation) -> None:
    act, recent, body, (before, after) = one
    step = self.step(act, recent, body)
    if before and act != "create":
        self.look(before, step)
    self.add(step)
    if after:
        self.look(after, step)


def _restart(self: Sequences) -> None:
    """Start anew, and look at a row."""
    self.add(Step("restart"))
    self.add(self.step("read", 0, None))


def _together(
    self: Sequences,
    one: DrawnOperation,
    other: DrawnOperation,
    apart: object,
    schedule: str,
    new: Body,
) -> None:
    """Two at the same time, mostly on the same row, which is looked at then.

    Often it is a new one, which nobody has read yet.
    """
    if new is not None:
        self.add(self.step("create", 0, new))
        one = (one[0], 0, *one[2:])
    first = self.step(*one[:3])
    second = self.step(*other[:3])
    if second.row and first.row and second.act != "create" and not apart:
        second = replace(second, row=first.row)
    self.add(Step("together", pair=(first, second), schedule=schedule))
    for row in dict.fromkeys(step.row for step in (first, second) if step.row):
        self.add(Step("read", row))


def drawn_operations(
    service: Service, weights: Mapping[Role, int], looks: Sequence[Looks]
) -> Bodies:
    """One request; one that changes a row is mostly looked at, before it or after it."""
    offers = service.resource.offers
    seen = st.sampled_from([pair for pair in looks if all(offers(look) for look in pair if look)])
    offered = [act for act, often in weights.items() if offers(act) for _ in range(often)]
    return st.one_of(
        [
            st.tuples(st.just(act), RECENT, bodies(service, act), seen if act in WRITES else UNSEEN)
            for act in offered
        ]
    )
