"""Requests at the same time, stepped through their database calls one call at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Protocol

from sqlalchemy.util import await_only

from .attribution import current
from .call_interceptor import Call, CallInterceptor
from .exchange import Exchange
from .instrument import Instrument
from .schedule_run import ScheduleRun
from .scheduled_request import ScheduledRequest

STEP = 0.005
"""Seconds after which the kit looks again where everybody is."""

LAST_RESORT = 50
"""Steps without news after which a request outside the database counts as lost."""

PATIENCE = 2000
"""Steps without news that a call may take that waits for none of the other requests."""


class LockingDatabase(Protocol):
    """The part of a database that tells of its locks."""

    @property
    def one_writer(self) -> bool:
        """Return whether only one may write at a time."""

    async def open_transactions(self) -> Sequence[object]:
        """Give the transactions that may hold the lock of the one writer."""

    async def waiting(self) -> Sequence[object]:
        """Give those who wait for a lock of another."""


class Scheduler(ScheduleRun, Instrument):
    """Holds each statement and COMMIT of requests sent together until it is its turn.

    One runs at a time, so that what the database is told, and in which order, depends on the
    `schedule` alone. Connecting and ROLLBACK do not wait. Who waits in the database for another's
    lock is recognised by asking the server; where only one may write and nobody can be asked, a
    writer is not let through before the lock is free. `cause` gives the request of a call, and
    `patience` is how many steps a call may take that waits for none of the others. One block is
    for one sending, to a service that is warm.

        with Scheduler("AB", database) as turns:
            await transport.together(requests, turns=turns)
        turns.taken, turns.story
    """

    def __init__(
        self,
        schedule: str,
        database: LockingDatabase,
        cause: Callable[[], Exchange | None] = current.get,
        patience: int = PATIENCE,
    ) -> None:
        super().__init__(schedule)
        self._database = database
        self._cause = cause
        self._patience = patience
        self._requests: dict[Exchange, ScheduledRequest] = {}
        self._interceptor = CallInterceptor(self._visit)
        self._is_over = False

    def _begin(self, undo: ExitStack) -> None:
        undo.callback(self._requests.clear)
        undo.enter_context(self._interceptor)

    # -- what a transport tells

    def expect(self, exchanges: Sequence[Exchange]) -> None:
        """Begin to conduct these requests, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._requests = {exchange: ScheduledRequest(exchange.letter) for exchange in exchanges}
        # Kept, since a loop holds its tasks weakly.
        self._conductor = asyncio.create_task(self._conduct())

    async def play(self, exchange: Exchange, request: Callable[[], Awaitable[None]]) -> None:
        """Carry out an expected request when it may begin, and record its end."""
        scheduled = self._requests[exchange]
        try:
            await scheduled.begun.wait()
            await request()
        finally:
            scheduled.has_ended = True
            self._news.set()

    # -- what the requests come by

    def _visit(self, call: Call, proceed: Callable[[], Any]) -> Any:
        exchange = self._cause()
        scheduled = self._requests.get(exchange) if exchange else None
        if scheduled is None or scheduled.has_ended or self._is_over:
            return proceed()
        self._hold(scheduled, call)
        try:
            return proceed()
        finally:
            self._tell(scheduled.leaves, call)

    def _hold(self, scheduled: ScheduledRequest, call: Call) -> None:
        """Wait for the turn of a call: in the greenlet of its request, or in its thread."""
        waits = call.kind in {"statement", "commit"}
        can_wait = _running_loop() is (self._loop if call.dialect.is_async else None)
        if waits and can_wait:
            try:
                if call.dialect.is_async:
                    await_only(self._turn(scheduled, call))
                else:
                    asyncio.run_coroutine_threadsafe(
                        self._turn(scheduled, call), self._loop
                    ).result()
            except Exception as fault:  # noqa: BLE001 - the service must not feel the kit
                self.faults.append(repr(fault))
            else:
                return
        self.unheld += waits
        self._tell(scheduled.enters, call)

    async def _turn(self, scheduled: ScheduledRequest, call: Call) -> None:
        may_go = asyncio.Event()
        self.has_forks |= scheduled.arrives(call, may_go)
        self._news.set()
        try:
            if not self._is_over:
                await may_go.wait()
        finally:
            scheduled.goes_on(may_go)
        scheduled.enters(call)

    def _tell(self, note: Callable[[Call], None], call: Call) -> None:
        """Take a note on the loop, wherever this is; a loop that is closed needs none."""

        def noted() -> None:
            note(call)
            self._news.set()

        if _running_loop() is self._loop:
            noted()  # at once: the next call may come before the loop's next turn
            return
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(noted)

    # -- who decides

    async def _conduct(self) -> None:
        try:
            # One after the other: what comes before their first calls then has an order, too.
            for scheduled in self._requests.values():
                scheduled.begun.set()
                await self._settle(None)
            while not all(scheduled.has_ended for scheduled in self._requests.values()):
                await self._settle(await self._next())
        except Exception as fault:  # noqa: BLE001 - the service must not feel the kit
            self.faults.append(repr(fault))
        finally:
            self._is_over = True
            for scheduled in self._requests.values():
                scheduled.is_free()

    async def _next(self) -> ScheduledRequest | None:
        """Let one call through, or wait for news if no request is at the gate."""
        if any(scheduled.is_off_schedule for scheduled in self._requests.values()):
            await self._has_news(STEP)
        able = await self._able()
        if able:
            return self.choose(able)
        await self._has_news(None)
        return None

    async def _able(self) -> list[ScheduledRequest]:
        """Those who can go on now; where only one may write, the others' writes cannot."""
        ready = [scheduled for scheduled in self._requests.values() if scheduled.call]
        if self._database.one_writer:
            writers = [scheduled for scheduled in ready if scheduled.needs_the_lock]
            if writers and await self._database.open_transactions():
                # Where all want to write, one goes all the same: the lock may be a stranger's.
                return [scheduled for scheduled in ready if scheduled not in writers] or ready[:1]
        return ready

    async def _settle(self, chosen: ScheduledRequest | None) -> None:
        """Wait until each is at the gate, has ended, waits for another's lock, or is lost."""
        quiet = 0
        while away := [
            scheduled for scheduled in self._requests.values() if self._is_awaited(scheduled)
        ]:
            if await self._are_waiting(away):
                self.notes_waiting(away, chosen)
                return
            quiet = 0 if await self._has_news(STEP) else quiet + 1
            if quiet >= (self._patience if all(map(self._is_busy, away)) else LAST_RESORT):
                self.notes_lost(away)
                return

    def _is_awaited(self, scheduled: ScheduledRequest) -> bool:
        is_away = scheduled.begun.is_set() and not scheduled.rests
        return is_away and (self._is_busy(scheduled) or not scheduled.is_off_schedule)

    def _is_busy(self, scheduled: ScheduledRequest) -> bool:
        """Return whether a request is in the database, and not because another keeps it there."""
        others = (other for other in self._requests.values() if other is not scheduled)
        kept = self._database.one_writer and any(other.has_transaction for other in others)
        return scheduled.inside > 0 and not kept

    async def _are_waiting(self, away: Sequence[ScheduledRequest]) -> bool:
        """Return whether the server says that all of these wait for a lock."""
        if self._database.one_writer or not all(scheduled.inside for scheduled in away):
            return False
        # By number: a server knows its connections, and not whose request each serves.
        return len(await self._database.waiting()) >= len(away)

    async def _has_news(self, limit: float | None) -> bool:
        """Wait for news; false if there is none in time."""
        try:
            async with asyncio.timeout(limit):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
