"""Pools that nobody else uses wait shortly: a connection that is not there then never comes."""

from __future__ import annotations

from contextlib import ExitStack

from sqlalchemy.pool import QueuePool

from .instrument import Instrument
from .private import set_wait
from .recorder import Recorder

ENOUGH = 1.0
"""Seconds that a pool waits."""


class ShortWaits(Instrument):
    """Lets each pool of the service wait no longer than `ENOUGH` for a connection.

    with ShortWaits(service.recorder):
        exchange = service.list()
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def _begin(self, undo: ExitStack) -> None:
        for pool in self._recorder.pools:
            if isinstance(pool, QueuePool) and pool.timeout() > ENOUGH:
                undo.callback(set_wait, pool, pool.timeout())
                set_wait(pool, ENOUGH)
