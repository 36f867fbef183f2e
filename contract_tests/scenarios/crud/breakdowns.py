"""Breakdowns: a service that has answered ordinary requests, and no longer does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from ...instruments.exchange import Exchange
from ...instruments.recording import recorded
from ...rules import sessions_beyond
from ...rules.evidence import Evidence, Remark
from ...rules.violation import NotApplicable, Undecided, Violation
from ...service.capabilities import unseen_drivers
from ...service.service import Service
from ...service.trail import Sent, role_in
from ...service.transports.sending import operation_of
from .breakdown_state import state_of
from .operations import CASES
from .ordinary import PATIENCE, answers, first_failing, is_endless
from .renewals import Shrinking, renewed

EXPECTED = "an ordinary request answered as such requests were before"

MANY_TIMES = 25
"""Requests of a kind where nobody sees the connections: if each loses one, no pool has so many."""

SHOWN = 20
"""Requests that are shown where nobody knows which of them it takes."""

SAID = 60
"""Letters that are shown of an answer without a row."""


@dataclass(frozen=True)
class Breakdown:
    """An ordinary request that `failed` for good, though one like it had `worked`.

    `requests` are those it takes, if `is_shortest`, else the last ones before it. `state` says in
    lines what the service held then. `is_disturbed` if the kit itself had disturbed one of them.
    """

    failed: Exchange
    worked: str
    requests: tuple[Sent, ...]
    state: tuple[str, ...]
    is_shortest: bool
    is_disturbed: bool

    def __str__(self) -> str:
        """The breakdown in words."""
        last = f", last after {self.requests[-1]}" if self.requests else ""
        return f"{_outcome(self.failed)}, though {self.worked} had been answered{last}"

    @property
    def violation(self) -> Violation:
        """The breakdown as a broken promise."""
        return Violation(EXPECTED, str(self), self._evidence)

    @property
    def _evidence(self) -> Evidence:
        number = len(self.requests)
        known = f"requests that are enough, of a service that was started anew ({number})"
        unknown = f"requests before it, not shortened ({number})"
        lines = [f"{known if self.is_shortest else unknown}:", *map(str, self.requests)]
        held = ["state of the service:", *self.state] if self.state else []
        return (recorded(self.failed), Remark("\n".join([*lines, *held])))


def breakdown_since(service: Service) -> Breakdown | None:
    """Return the breakdown that some failed request may have told of; the service is then renewed.

    Nobody looks where ordinary requests have succeeded since.
    """
    return breakdown(service) if service.trail.awaited else None


def breakdown(service: Service) -> Breakdown | None:
    """Send ordinary requests; if they fail for good, tell of that, and renew the service.

    Where it cannot be renewed, its trail says that it is gone.
    """
    with _aside(service):
        # Where it is known to break down, nobody waits for it to come back by itself.
        failed = first_failing(service, 0.0 if service.trail.told else PATIENCE)
        found = _renewed_after(failed, service) if failed else None
    if found:
        service.trail.clear()
    service.trail.awaited = frozenset()
    return found


def _renewed_after(failed: Exchange, service: Service) -> Breakdown:
    trail, role = service.trail, role_in(service.resource, failed.request)
    # Before the service is renewed: nothing of its state is left then.
    sent, state, operation = tuple(trail.sent), state_of(service), operation_of(failed)
    since = trail.since(role)
    if is_endless(failed):
        service.hurry(failed)
    trail.gone = _gone(failed, renewed(service, answers))
    is_known = operation in trail.told or bool(mixed_loops(service))
    needed: tuple[Sent, ...] = ()
    if not (trail.gone or is_known):
        needed = Shrinking(service, answers).of(sent)
        # Once more, since the search has left the service broken.
        trail.gone = _gone(failed, renewed(service, answers))
    found = Breakdown(
        failed,
        trail.worked.get(role, "") if role else "",
        needed or (since or sent)[-SHOWN:],
        state,
        is_shortest=bool(needed),
        is_disturbed=any(each.is_disturbed for each in since),
    )
    if not (is_known or found.is_disturbed):
        trail.told.add(operation)
        trail.untold.append(found.violation)
    return found


def _outcome(failed: Exchange) -> str:
    """Tell how a request has failed: with an error, or with a success that shows no row."""
    if failed.failed:
        return f"{failed} {failed.cause}".rstrip()
    return f"{failed} with no row in it, {failed.excerpt(SAID)!r}"


def _gone(failed: Exchange, why: str) -> str:
    """Say why nothing more can be asked of a service, if it could not be renewed."""
    told = f"the service no longer answers ({_outcome(failed)}), and cannot be renewed: {why}"
    return told if why else ""


def unended(service: Service) -> list[Violation]:
    """Return what is to be said of requests that came to no end, of a service that went on."""
    trail = service.trail
    exchanges, trail.unended = trail.unended, []
    return [_unended(service, exchange) for exchange in exchanges]


def _unended(service: Service, exchange: Exchange) -> Violation:
    role = role_in(service.resource, exchange.request)
    worked = service.trail.worked.get(role, "") if role else ""
    words = f"{_outcome(exchange)}, though {worked} had been answered, and later ones were again"
    return Violation(EXPECTED, words, (recorded(exchange),))


def require_answers(service: Service) -> None:
    """Raise `Undecided` with the one reason if the service is gone, and has not come back.

    So it is where connections of its requests are used on several event loops: whatever fails or
    hangs then is no fault of the request that is given one. A service that has not started is not
    to be asked: a server would have ended.
    """
    if words := mixed_loops(service):
        raise Undecided(words)
    if service.trail.gone:
        with _aside(service):
            if service.start_failure or not answers(service):
                raise Undecided(service.trail.gone)
        service.trail.gone = ""


def first_breakdown(service: Service) -> Breakdown | None:
    """Send every operation as it succeeds and as it is refused, and some requests twice.

    Return the first breakdown that one of them has caused.
    """
    # Known ones count as well: here each is shown with the requests that it takes.
    service.trail.told.clear()
    times = MANY_TIMES if unseen_drivers(service) else 1
    for act in (*(case.act for case in CASES), _created_twice, _deleted_twice):
        with suppress(NotApplicable, Undecided):
            _repeated(partial(act, service), times)
        if found := breakdown(service):
            return found
    return None


def _repeated(act: Callable[[], Exchange | None], times: int) -> None:
    """Act so often, or until the first failure."""
    for _ in range(times):
        exchange = act()
        if exchange and exchange.failed:
            return


def _created_twice(service: Service) -> None:
    body = service.body()
    for _ in range(2):
        service.create(body)


def _deleted_twice(service: Service) -> None:
    row = service.row()
    for _ in range(2):
        service.delete(row.id)


def mixed_loops(service: Service) -> str:
    """Say that connections of its requests are used on several event loops; empty if they are not.

    The first such use is the cause of whatever comes after it.
    """
    words = service.recorder.loops.disturbs if service.has_process else ""
    return f"{words} ({sessions_beyond.SES_15.id})" if words else ""


@contextmanager
def _aside(service: Service) -> Iterator[None]:
    """Let requests of the block leave no trail."""
    service.trail.is_paused = True
    try:
        yield
    finally:
        service.trail.is_paused = False
