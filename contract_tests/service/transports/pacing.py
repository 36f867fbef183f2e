"""Send no faster than the service allows: what it answers with 429 is sent again, later.

So is what it answers with 503 and `Retry-After` by itself, as during maintenance.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ...instruments.exchange import OF_THE_DATABASE, Exchange, Request
from ...instruments.scheduler import Scheduler
from ...rules.violation import CannotGoOn, PutOff, Undecided
from ..budget import Budget
from .conversation import PATIENT, ClientBehaviour
from .transport import Transport

LIMITED = 429
CLOSED = 503
FAILURES = 500
TRIES = 3
"""Times that a request is sent again whose service says that it is closed for a moment."""

MOMENT = 5.0
"""Seconds that such a moment may take."""

PATIENCE = 90.0
"""Seconds that a request waits for its turn: more than the window of a limit per minute."""

ENOUGH = 600.0
"""Seconds that a run waits for its turns altogether."""

MANY = 10_000
"""Requests whose moments are remembered."""

SLOWER = 1.1
"""The share by which requests become rarer each time that the service is still too slow."""


class PacedTransport:
    """Sends by another transport, at the pace that the service turns out to allow.

    After the first 429 it knows how many requests were served in which time, and spreads them.
    """

    def __init__(
        self, transport: Transport, budget: Budget | None = None, enough: float = ENOUGH
    ) -> None:
        self._transport = transport
        self._budget = budget or Budget()
        self._enough = enough
        self._waited = 0.0
        self._interval = 0.0
        self._free_at = 0.0
        self._served: deque[float] = deque(maxlen=MANY)
        self._is_paced = self._was_well = True
        self._closes_by_itself = self._is_disturbed = False

    @contextmanager
    def unpaced(self) -> Iterator[None]:
        """Take a 429 for an answer inside the block."""
        self._is_paced = False
        try:
            yield
        finally:
            self._is_paced = True

    @contextmanager
    def crowded(self) -> Iterator[None]:
        """Take a 429 and a 503 for answers inside the block: the service is crowded on purpose."""
        with self.unpaced(), self.disturbed():
            yield

    @contextmanager
    def disturbed(self) -> Iterator[None]:
        """Take a 503 for an answer inside the block, where something is to fail on purpose."""
        before, self._is_disturbed = self._is_disturbed, True
        try:
            yield
        finally:
            self._is_disturbed, self._was_well = before, False

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        *,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Send requests at the same time when they may be.

        Raises `PutOff` where some were put off and others served, or where the `turns` of the
        requests are over, `CannotGoOn` where the service puts off for too long, and `OutOfTime`
        where the time of the run is over before their end.
        """
        since, tries = time.monotonic(), 0
        while True:
            await self._take_turn(len(requests))
            exchanges = await self._in_time(requests, client, turns)
            exchanges = await self._once_open(requests, exchanges, client, turns)
            put_off = [exchange for exchange in exchanges if is_put_off(exchange)]
            if not put_off or not self._is_paced:
                self._note(len(exchanges), since if tries else None)
                return exchanges
            # Also where nothing is sent again: the next request would be put off as well.
            await self._wait(put_off[0], since, tries)
            tries += 1
            if turns is not None or len(put_off) < len(exchanges):
                self._note(len(exchanges) - len(put_off), since)
                raise PutOff(f"the service limits requests: {put_off[0]}, sent with others")

    async def _once_open(
        self,
        requests: Sequence[Request],
        exchanges: list[Exchange],
        client: ClientBehaviour,
        turns: Scheduler | None,
    ) -> list[Exchange]:
        """Send again what the service was closed for, if it has closed by itself.

        It has where nothing was wrong before, and where it is known to do so: it was open again at
        once. Any other 503 is an answer. Raises `PutOff` for requests that were to be together.
        """
        is_by_itself = not self._is_disturbed and (self._was_well or self._closes_by_itself)
        if is_by_itself and client == PATIENT and any(map(is_shut, exchanges)):
            if len(exchanges) > 1 or turns is not None:
                shut = next(filter(is_shut, exchanges))
                raise PutOff(f"the service is closed for a moment: {shut}")
            exchanges = await self._until_open(requests, exchanges)
        self._was_well = all(map(went_well, exchanges)) and client == PATIENT
        return exchanges

    async def _until_open(
        self, requests: Sequence[Request], exchanges: list[Exchange]
    ) -> list[Exchange]:
        """Send a request until the service is open, a few times."""
        for tries in range(TRIES):
            pause = max(requested_pause(exchanges[0]), float(tries > 0))
            if pause > MOMENT:
                return exchanges
            await self._sleep(pause)
            exchanges = await self._in_time(requests, PATIENT, None)
            if not is_shut(exchanges[0]):
                self._closes_by_itself |= went_well(exchanges[0])
                return exchanges
        return exchanges

    async def _in_time(
        self, requests: Sequence[Request], client: ClientBehaviour, turns: Scheduler | None
    ) -> list[Exchange]:
        """Send requests that end with the time of the run. Raises `OutOfTime` then."""
        budget = self._budget
        budget.require()
        sent = self._transport.together(requests, client, turns=turns)
        what = f"{requests[0].method} {requests[0].target} had no answer"
        with budget.timed(requests[0].method):
            return await budget.within(sent, what, grace=0.0)

    async def _take_turn(self, count: int) -> None:
        """Wait until so many requests may be sent at once."""
        if self._interval:
            now = time.monotonic()
            # They are sent at once when the last of them may be, so that each has had its turn.
            start = max(self._free_at, now) + (count - 1) * self._interval
            self._free_at = start + self._interval
            await self._sleep(start - now)

    def _note(self, served: int, since: float | None) -> None:
        """Count what was served; one that had to wait `since` then tells the pace.

        In the time it waited, the service serves what it had served in as long a time before.
        """
        now = time.monotonic()
        if since is not None:
            recent = sum(since - (now - since) <= moment for moment in self._served)
            told = (now - since) / recent if recent else 0.0
            self._interval = max(self._interval * SLOWER, told)
            self._free_at = now + self._interval
        self._served.extend([now] * served)

    async def _wait(self, put_off: Exchange, since: float, tries: int) -> None:
        """Wait as long as the service says. Raises `CannotGoOn` if that is too long."""
        pause = pause_before(put_off, tries)
        is_too_long = time.monotonic() - since + pause > PATIENCE
        if is_too_long or self._waited + pause > self._enough:
            raise CannotGoOn(self._explained(put_off, pause))
        await self._sleep(pause)

    async def _sleep(self, seconds: float) -> None:
        self._waited += seconds
        await asyncio.sleep(min(seconds, self._budget.left))
        self._budget.require()

    def _explained(self, put_off: Exchange, pause: float) -> str:
        """Return the limit that was met, and what to set."""
        pace = f", at {1 / self._interval:.3g} requests a second" if self._interval else ""
        return (
            f"the service limits requests: {put_off}, to be sent again after {pause:.0f} s. The "
            f"run has waited {self._waited:.0f} s for its turns{pace}. Raise the limit for the "
            "run, or switch it off (--contract-env NAME=VALUE sets a variable that the service "
            "reads), or send less: --contract-profile quick, --contract-rule"
        )


def in_turn(send: Callable[[], Exchange], sleep: Callable[[float], object]) -> Exchange:
    """Send to an app in another interpreter, again when it says so, and give what it answers then.

    Raises `Undecided` where it puts off for too long.
    """
    waited, tries = 0.0, 0
    while is_put_off(exchange := send()):
        pause = pause_before(exchange, tries)
        waited, tries = waited + pause, tries + 1
        if waited > PATIENCE:
            raise Undecided(f"the service limits requests: {exchange}, after {waited:.0f} s")
        sleep(pause)
    return exchange


def pause_before(put_off: Exchange, tries: int) -> float:
    """Return the seconds to wait before what was put off is sent again."""
    # The service may say 0, or nothing: pauses double all the same.
    return max(requested_pause(put_off), 2.0 ** (tries - 1) if tries else 1.0)


def is_put_off(exchange: Exchange) -> bool:
    """Return whether the service limits requests: a 429 that no failed database call explains."""
    return exchange.status == LIMITED and not exchange.of("failed")


def is_shut(exchange: Exchange) -> bool:
    """Return whether a service says, without a look at its database, that it opens again soon."""
    told = exchange.status == CLOSED and exchange.header("retry-after") is not None
    return told and not (exchange.raised or exchange.of(*OF_THE_DATABASE, "cancelled"))


def went_well(exchange: Exchange) -> bool:
    """Return whether an exchange shows nothing that a later one may suffer from."""
    is_served = exchange.status is not None and exchange.status < FAILURES
    return is_served and exchange.complete and not exchange.of("failed", "cancelled")


def requested_pause(exchange: Exchange) -> float:
    """Return the seconds in `Retry-After`, in either of its spellings; 0 if it says nothing."""
    told = (exchange.header("retry-after") or "").strip()
    if told.isascii() and told.isdecimal():
        return float(told)
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())
