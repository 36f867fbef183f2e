"""Take the connections of a pool before the service asks for one, as other requests would."""

from __future__ import annotations

import gc
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

from sqlalchemy.pool import Pool, PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn

from ..databases.unobserved import unobserved
from .instrument import Instrument
from .private import overflow_limit, set_wait
from .recorder import NUMBER, Recorder

MOST = 50
"""Connections taken from one pool at most: servers have limits, too."""

PATIENCE = 0.2
"""Seconds a request waits where nothing is left: long enough to be a wait, which is in vain."""


class PoolExhaustion(Instrument):
    """Takes connections out of the service's queue pools until only `leave` can still be had.

    `run` runs a coroutine on the loop the engines belong to. Pools without a limit, or with one
    above `MOST`, are spared. `exhausted` and `spared` count pools, `reasons` says why each was
    spared, `taken` counts connections, and `seconds` is how long the service has its
    pools wait: where nothing is left, that is cut to `PATIENCE`.

        with PoolExhaustion(service.recorder, service.run, leave=1) as exhaustion:
            exchange = service.create()
        assert exhaustion.exhausted
    """

    def __init__(
        self,
        recorder: Recorder,
        run: Callable[[Coroutine[Any, Any, None]], None],
        leave: int = 1,
        *,
        patience: float | None = None,
    ) -> None:
        self._recorder = recorder
        self._run = run
        self._leave = leave
        self._patience = PATIENCE if patience is None and not leave else patience
        self._lent: list[PoolProxiedConnection] = []
        self._waits: list[tuple[QueuePool, float]] = []
        self.reasons: tuple[str, ...] = ()
        self.taken = 0

    def _begin(self, undo: ExitStack) -> None:
        # First: what was taken before a failure is given back, too.
        undo.callback(lambda: self._run(self._give_back()))
        self._run(self._take())

    @property
    def exhausted(self) -> int:
        """The number of pools that are filled."""
        return len(self._waits)

    @property
    def spared(self) -> int:
        """The number of pools that could not be filled."""
        return len(self.reasons)

    @property
    def seconds(self) -> float:
        """The longest that an exhausted pool lets a request wait, as the service has it."""
        return max((seconds for _, seconds in self._waits), default=0.0)

    async def _take(self) -> None:
        gc.collect()  # an engine that nobody holds any more lends nothing to anybody
        with unobserved():
            for pool in self._recorder.pools:
                if reason := _why_not(pool, self._leave):
                    self.reasons += (reason,)
                elif isinstance(pool, QueuePool):
                    await self._fill(pool)

    async def _fill(self, pool: QueuePool) -> None:
        had = len(self._lent)
        try:
            for _ in range(_room(pool) - self._leave):
                # An asyncio engine awaits its driver, which SQLAlchemy can do in a greenlet only.
                self._lent.append(await greenlet_spawn(pool.connect))
        except Exception as error:  # noqa: BLE001 - whatever the driver says to that
            self.reasons += (f"the server lends no more after {len(self._lent)}: {error}",)
            await self._return_all_but(had)  # the server's room is for the other pools again
            return
        self.taken = len(self._lent)
        self._waits.append((pool, pool.timeout()))
        if self._patience is not None:
            set_wait(pool, self._patience)

    async def _give_back(self) -> None:
        with unobserved():
            for pool, seconds in self._waits:
                set_wait(pool, seconds)
            await self._return_all_but(0)

    async def _return_all_but(self, first: int) -> None:
        while len(self._lent) > first:
            proxy = self._lent.pop()
            # What was connected unobserved has no number; the service gets a new one.
            returns = proxy.close if NUMBER in proxy.info else proxy.invalidate
            await greenlet_spawn(returns)


def _room(pool: QueuePool) -> int:
    """Return the number of connections that can still be taken without waiting."""
    return pool.size() + overflow_limit(pool) - pool.checkedout()


def _why_not(pool: Pool, leave: int) -> str:
    name = type(pool).__name__
    if not isinstance(pool, QueuePool):
        return f"{name} is no queue that could be empty"
    if overflow_limit(pool) < 0:
        return f"{name} has no limit"
    if _room(pool) - leave > MOST:
        return f"{name} lends {_room(pool)} connections, and the kit takes {MOST} at most"
    return ""
