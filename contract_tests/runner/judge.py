"""Judge what a suite test saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, Protocol, TypeVar

import pytest

from ..instruments.exchange import Event, Exchange
from ..instruments.recording import recorded
from ..rules import rule_of
from ..rules.evidence import Evidence, Remark
from ..rules.replay import Token
from ..rules.rule import Rule
from ..rules.verdict import BROKEN_AT, KEPT_AT
from ..rules.violation import NotApplicable, Undecided, Violation

Seen = Exchange | str | Evidence | None
"""The evidence that a test gives: an exchange, a text, records, or nothing."""


class Injected(Protocol):
    """One of many: what a sweep consists of, in words, with its evidence and the name to replay."""

    @property
    def token(self) -> Token:
        """The token that finds it again."""

    @property
    def evidence(self) -> Evidence:
        """The records of what happened."""


S = TypeVar("S", bound=Injected)


def judges(identifier: str) -> pytest.MarkDecorator:
    """Mark a suite test as the judgement of a rule, by its id: it is what one looks for."""
    return pytest.mark.contract(rule_of(identifier))


class Judge:
    """Collects the judgements of one test. A test that judged nothing is undecided."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.judgements = 0
        self.defects: tuple[str, ...] = ()
        """The observation of each defect, where the text says more or less than that."""
        self.points = ""
        """A sign for each point of a sweep."""

    def that(
        self,
        kept: object,
        *,
        expected: str,
        observed: str | Iterable[str],
        seen: Seen = None,
        at: Event | None = None,
        token: str = "",
    ) -> None:
        """Count one judgement; raise `Violation` when the promise was not kept.

        `observed` is a text, or one for each defect. `seen` is the evidence: an exchange (`at` is
        the event to point at), records, or a text. `token` names the request that showed it, if it
        can be sent again by a name.
        """
        __tracebackhide__ = True
        self.judgements += 1
        if not kept:
            texts = (observed,) if isinstance(observed, str) else tuple(dict.fromkeys(observed))
            each = self.defects or texts
            raise Violation(expected, "; ".join(texts), evidence_of(seen, at), token, each)

    def each(self, points: Sequence[S], wrong: Callable[[S], str], *, expected: str) -> None:
        """Judge every point of a sweep: `wrong` says what is wrong with it, or nothing.

        The first that is wrong is shown; a sweep without a point is undecided.
        """
        __tracebackhide__ = True
        if not points:
            self.undecided("no request was disturbed: nothing of it could be reached")
        self.judgements += len(points)
        judged = [(point, wrong(point)) for point in points]
        self.points = "".join(BROKEN_AT if words else KEPT_AT for _, words in judged)
        found = [(point, words) for point, words in judged if words]
        if found:
            point, words = found[0]
            observed = f"{words}, after {point}; so at {len(found)} of {len(points)} points"
            each = tuple(dict.fromkeys(words for _, words in found))
            raise Violation(expected, observed, point.evidence, str(point.token), each)

    def undecided(self, why: str) -> NoReturn:
        """End the test: the promise could not be looked at."""
        __tracebackhide__ = True
        raise Undecided(why)

    def not_applicable(self, why: str) -> NoReturn:
        """End the test: the promise has no meaning here."""
        __tracebackhide__ = True
        raise NotApplicable(why)


def evidence_of(seen: Seen, at: Event | None = None) -> Evidence:
    """The evidence as records."""
    if isinstance(seen, Exchange):
        return (recorded(seen, *(() if at is None else (at,))),)
    if isinstance(seen, str):
        return (Remark(seen),) if seen else ()
    return seen or ()
