"""The connections of a watched run: which a test may leave out, and which nobody ever returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from ..instruments.checkout import Checkout
from ..instruments.exchange import Exchange
from ..instruments.holders import is_held
from ..instruments.recorder import Recorder
from ..instruments.recording import recorded
from ..rules.evidence import HeldConnection
from .judging import BrokenRule
from .observation import Scope
from .plan import Plan
from .watched_test import WatchedTest


class Loans:
    """The loans that the recorder knows, seen from tests and fixtures.

    Those that a fixture of a wider scope holds are charged to no test, until the run has ended.
    """

    def __init__(self, recorder: Recorder, usual: Plan) -> None:
        self._fixtures: list[pytest.FixtureDef[Any]] = []
        self._recorder = recorder
        self._usual = usual
        self._scopes: list[Scope] = []
        self._names: WeakKeyDictionary[Exchange, str] = WeakKeyDictionary()
        self._lasting: list[Exchange] = []
        self._settled: set[int] = set()

    def begin_fixture(self, fixture: pytest.FixtureDef[Any], node: pytest.Item) -> Scope:
        """Return the scope of the set-up of a fixture."""
        where = f"set up for {node.nodeid or 'the session'}"
        scope = Scope(f"fixture {fixture.argname!r} (scope {fixture.scope}), {where}")
        self._scopes.append(scope)
        if fixture not in self._fixtures:
            self._fixtures.append(fixture)
        return scope

    def left_by(self, test: WatchedTest) -> tuple[Checkout, ...]:
        """Return the loans that a test has left out, and no fixture or resident may keep."""
        out = [*self._out(test)]
        held = [loan for loan in out if is_held(self._values(), loan)] if out else []
        self._lasting += [loan.owner for loan in held if loan.owner is not None]
        # Those of fixtures are looked at again when the run has ended.
        self._settled |= {loan.order for loan in out if loan not in held}
        return tuple(loan for loan in out if loan not in held and not _is_spared(loan, test.plan))

    def forget(self, test: WatchedTest) -> None:
        """Drop what is not needed of a test that has been judged."""
        for exchange in test.scope.exchanges:
            if test.plan.has("leaks"):
                self._names[exchange] = test.item.nodeid
            self._recorder.forget(exchange)
        self._recorder.outside.clear()

    def never_returned(self) -> Iterator[BrokenRule]:
        """Give the loans that are out when the run has ended, by the test or fixture."""
        if self._usual.has("leaks"):
            for scope in self._scopes:
                self._names.update(dict.fromkeys(scope.exchanges, scope.name))
        for exchange, name in list(self._names.items()):
            loans = [each for each in self._recorder.outstanding(exchange) if self._is_new(each)]
            held = tuple(HeldConnection(loan.connection, loan.where) for loan in loans)
            late = exchange.reclaimed if exchange in self._lasting else ()
            if held or late:
                told = map(str, held) if held else (f"conn {e.connection} {e.text}" for e in late)
                yield BrokenRule(
                    "SES-01" if held else "SES-05",
                    "no connection out once the run has ended",
                    f"{name}: {'; '.join(told)}",
                    (recorded(replace(exchange, held=held)),),
                )

    def _values(self) -> list[object]:
        """Return the values of the fixtures that are in force."""
        cached = [each.cached_result for each in self._fixtures]
        return [result[0] for result in cached if result is not None]

    def _out(self, test: WatchedTest) -> Iterator[Checkout]:
        for exchange in test.scope.exchanges:
            for loan in self._recorder.outstanding(exchange):
                if not loan.is_given_back:
                    yield loan

    def _is_new(self, loan: Checkout) -> bool:
        is_over = loan.order in self._settled or loan.is_given_back
        return not is_over and not _is_spared(loan, self._usual)


def _is_spared(loan: Checkout, plan: Plan) -> bool:
    return plan.spares(loan.where, loan.where.rpartition(" in ")[2])
