"""A recording of a part of a test: its requests, statements and connections, and their order."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from ..instruments.app_calls import EXCHANGE
from ..instruments.checkout import Checkout
from ..instruments.commits import commit_of, lateness, write_before_answer
from ..instruments.exchange import Event, Exchange
from ..instruments.recording import recorded
from ..reports.timeline import evidence_lines
from ..rules import rule_of
from .failing import failure_of
from .observation import Observation, Scope, observed

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
"""First words of statements that only steer a transaction: fixtures send them, too."""


class Recording:
    """Records all that happens inside a `with` block, or an `async with` block.

    Everything of a request that a client sends to an app of this process is in it, and everything
    else that is done with SQLAlchemy in the block.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._observation: Observation | None = None
        self._scope = Scope("outside of any request")
        self._first = self._last = self._begun = 0
        self._ended: int | None = None

    def __enter__(self) -> Self:
        """Begin to record."""
        self._observation = self._open.enter_context(observed())
        if self._observation.scope is None:
            self._open.enter_context(self._observation.within(self._scope))
        else:
            self._scope = self._observation.scope
        self._begun, self._first = len(self._scope.requests), self._observation.recorder.tick()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the recording; what was recorded stays."""
        if self._observation is not None:
            self._ended, self._last = len(self._scope.requests), self._observation.recorder.tick()
        self._open.close()

    async def __aenter__(self) -> Self:
        """Begin to record."""
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the recording; what was recorded stays."""
        self.__exit__(kind, error, traceback)

    @property
    def requests(self) -> tuple[Exchange, ...]:
        """The requests that were begun in the block, in order."""
        return tuple(self._scope.requests[self._begun : self._ended])

    @property
    def events(self) -> tuple[Event, ...]:
        """All that happened in the block, in order."""
        events = (event for exchange in self._parts() for event in exchange.events)
        return tuple(sorted(events, key=lambda event: event.order))

    @property
    def statements(self) -> tuple[str, ...]:
        """The SQL that was sent, in order, but for BEGIN, COMMIT, savepoints and their like."""
        texts = [event.text for event in self.events if event.kind == "sql"]
        return tuple(text for text in texts if not text.lstrip().upper().startswith(CONTROL))

    @property
    def connections(self) -> tuple[Checkout, ...]:
        """The connections that were taken from pools: by which line, and whether each is out."""
        if self._observation is None:
            return ()
        owners = set(self._scope.exchanges)
        loans = self._observation.recorder.loans
        return tuple(loan for loan in loans if loan.owner in owners and self._has(loan.order))

    def timeline(self) -> str:
        """Tell what happened: each request with its events, then what was done beside them."""
        requests, own = self.requests, self._own()
        parts = (*requests, own) if own.events or not requests else requests
        return "\n".join(evidence_lines(tuple(recorded(part) for part in parts)))

    def assert_committed_before(self, response: Any) -> None:
        """Fail if what the request of a response has written was not committed before its answer.

        A request that has written nothing fails as well: nothing was seen of its COMMIT.
        """
        __tracebackhide__ = True
        found = [
            getattr(each, "extensions", {}).get(EXCHANGE) for each in _with_redirects(response)
        ]
        exchanges = [exchange for exchange in found if exchange in self.requests]
        if not exchanges:
            seen = ", ".join(map(str, self.requests)) or "none"
            raise AssertionError(f"the response is of no request of this recording: {seen}")
        self._assert_committed(exchanges)

    def assert_committed_before_answer(self) -> None:
        """Fail unless each request that has written was committed before its answer."""
        __tracebackhide__ = True
        self._assert_committed(self.requests)

    def _assert_committed(self, exchanges: tuple[Exchange, ...] | list[Exchange]) -> None:
        __tracebackhide__ = True
        writes = [(each, write) for each in exchanges if (write := write_before_answer(each))]
        if not writes:
            seen = ", ".join(map(str, exchanges)) or "no request was sent"
            raise AssertionError(f"nothing was written, so nothing is known of a COMMIT: {seen}")
        for exchange, write in writes:
            commit = commit_of(write, exchange)
            why = lateness(commit, exchange) if commit else "never came"
            if why:
                words = (
                    "COMMIT before the answer is complete",
                    f"{exchange}, and its COMMIT {why}",
                )
                shown = recorded(exchange, commit or write)
                rule = rule_of("SES-03" if commit else "SES-12")
                raise AssertionError(failure_of(rule, *words, (shown,)))

    def _parts(self) -> tuple[Exchange, ...]:
        return (*self.requests, self._own())

    def _own(self) -> Exchange:
        own = self._scope.own
        return replace(own, events=[event for event in own.events if self._has(event.order)])

    def _has(self, order: int) -> bool:
        return self._first < order and (self._ended is None or order < self._last)


def recording() -> Recording:
    """Record what is done inside a `with` or `async with` block.

    async with recording() as seen:
        response = await client.post("/transfer", json={"to": 2, "amount": 5})
    seen.assert_committed_before(response)
    assert len(seen.statements) <= 3
    """
    return Recording()


def _with_redirects(response: Any) -> tuple[Any, ...]:
    return (*getattr(response, "history", ()), response)
