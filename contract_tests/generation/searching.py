"""Look for the simplest example about which there is something to say."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, strategies
from hypothesis.errors import HypothesisException

from ..rules.violation import OutOfTime
from .determinism import deterministic

E = TypeVar("E")
F = TypeVar("F")
SHRINKING = 120
"""The number of further examples looked at to make the first telling one simpler."""


class _FoundError(Exception):
    """Something was said about an example."""


class _Enough(BaseException):
    """The finding is as simple as it may cost to make it; Hypothesis lets this one pass."""


def search(
    examples: strategies.SearchStrategy[E],
    look: Callable[[E], F | None],
    *,
    seed: int,
    count: int,
) -> F | None:
    """Return what `look` says about the simplest example found; None if it never says anything.

    Raises `OutOfTime` if `look` does before it has said anything. One seed gives one sequence of
    examples. A service that answers differently the second time does not disturb: what was seen
    was seen.
    """
    said: list[F] = []
    ends: list[OutOfTime] = []
    spent = itertools.count()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,  # a profile that derandomizes would look at the same for every seed
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(examples)
    def look_at(example: E) -> None:
        if said and next(spent) >= SHRINKING:
            raise _Enough
        try:
            finding = look(example)
        except OutOfTime as end:
            ends.append(end)
            raise _Enough from None  # Hypothesis would look for a simpler way to be late
        if finding is not None:
            said.append(finding)
            raise _FoundError

    try:
        with deterministic():
            look_at()
    except (_FoundError, _Enough, HypothesisException) as error:
        if not said:
            raise (ends[0] if ends else error) from None
    return said[-1] if said else None
