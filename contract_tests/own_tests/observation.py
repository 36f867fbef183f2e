"""The observation of this process: which requests were sent, and what was done beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from ..databases.unobserved import UNOBSERVED
from ..instruments.app_calls import AppCalls
from ..instruments.attribution import exchange_of_team
from ..instruments.commits import Commits
from ..instruments.exchange import Exchange, Request
from ..instruments.instrument import Instrument
from ..instruments.recorder import Recorder


def always() -> bool:
    """Return that whatever no request asked for belongs to the scope."""
    return True


@dataclass(eq=False)
class Scope:
    """A test, or a recording in a test that nobody watches, with all that happens in it.

    `requests` are those that a client sends to an app of this process. `own` has what is done
    outside of them, as by a service function that is given a session. `is_charged` says whether
    code without a request belongs to it: what was there before does not.
    """

    name: str
    is_charged: Callable[[], bool] = always
    requests: list[Exchange] = field(default_factory=list)
    own: Exchange = field(init=False)

    def __post_init__(self) -> None:
        self.own = Exchange(0, Request("", self.name), is_of_team=True)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All that happened, by cause."""
        return (self.own, *self.requests)


class Observation(Instrument):
    """Records what happens in the scope of the moment; without a scope, nothing."""

    def __init__(self) -> None:
        self.scope: Scope | None = None
        self.recorder = Recorder(self._cause, self._applies)
        self.commits = Commits(self.recorder)
        self.calls = AppCalls(self.recorder, self._begun, self._applies)

    def _begin(self, undo: ExitStack) -> None:
        for instrument in (self.recorder, self.commits, self.calls):
            undo.enter_context(instrument)

    @contextmanager
    def within(self, scope: Scope | None) -> Iterator[None]:
        """Let what happens in the block belong to a scope; with None, to nobody."""
        before, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = before

    def _applies(self) -> bool:
        return self.scope is not None and not UNOBSERVED.get()

    def _cause(self) -> Exchange | None:
        asked = exchange_of_team()
        if asked is not None or self.scope is None:
            return asked
        return self.scope.own if self.scope.is_charged() else None

    def _begun(self, exchange: Exchange) -> None:
        if self.scope is not None:
            self.scope.requests.append(exchange)
            exchange.number = len(self.scope.requests)


_running: list[Observation] = []


@contextmanager
def observed() -> Iterator[Observation]:
    """Observe this process: there is one observation, which those who come later share."""
    if _running:
        yield _running[0]
        return
    with Observation() as observation:
        _running.append(observation)
        try:
            yield observation
        finally:
            _running.clear()
