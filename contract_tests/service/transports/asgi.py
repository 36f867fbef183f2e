"""An app in this process: the kit's own ASGI client, on the loop the app was started on."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sqlalchemy.util import greenlet_spawn

from ...instruments.async_generators import watched_generators
from ...instruments.attribution import is_of_sqlalchemy, name_of
from ...instruments.cancellation_injector import stepped_by
from ...instruments.checkout import Checkout
from ...instruments.confined import Confined
from ...instruments.exchange import Exchange, Request
from ...instruments.recorder import Recorder
from ...instruments.scheduler import Scheduler
from ...rules.evidence import HeldConnection
from ..budget import READING
from .conversation import PATIENT, ClientBehaviour, Conversation, scope_of
from .home import require_home, require_no_stray
from .lifespan import HURRIED, LIMIT, Lifespan, LifespanHung
from .locate import App
from .sending import SETTLING, Sender

BRIEFLY = 0.005
"""Seconds that SQLAlchemy's own tasks get: with aiosqlite, one that closes may never end."""

ENOUGH = 3
"""Times that tasks of one kind had not settled, after which they are hardly waited for."""

MANY = 3
"""Connections kept by one app before the kit takes them back, so that its pool stays usable."""


class AsgiTransport:
    """Sends requests to an app and records each as an `Exchange`.

    `confined` keeps the app on one database: nothing is written before it was seen there.
    """

    def __init__(self, app: App, recorder: Recorder, confined: Confined | None = None) -> None:
        self.app = app
        self.recorder = recorder
        self.confined = confined
        self._has_looked = False
        self.lifespan = Lifespan(app)
        self.stop_limit = LIMIT
        self.sender = Sender(recorder)
        self._known: set[asyncio.Task[object]] = set()
        self._lasted: Counter[str] = Counter()

    async def start(self) -> None:
        """Run the app's start-up. Raises `LifespanFailed`."""
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            await self.lifespan.start()
        left = {name_of(task.get_coro()) for task in asyncio.all_tasks()} - {""}
        # With 0, so that a task is told of that has asked the database nothing so far.
        self.recorder.background.statements.update(dict.fromkeys(left, 0))
        self.recorder.background.is_serving = True

    async def stop(self) -> None:
        """Run the app's shutdown. Raises `LifespanFailed`."""
        self.recorder.background.is_serving = False
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            try:
                await self.lifespan.stop(self.stop_limit)
            except LifespanHung:
                self.hurry()
                raise

    def hurry(self) -> None:
        """Give shutdowns of the service, here and elsewhere, less time from now on."""
        self.stop_limit = HURRIED

    def renew(self, app: App) -> None:
        """Send to another app from now on, which is not started yet."""
        self.app = app
        self.lifespan = Lifespan(app)
        # Those of the app before are nobody's now; one that both share is seen again in use.
        self.recorder.engines.clear()

    async def release(self) -> None:
        """Close every connection of the app, lent or not, as far as that ends within a limit."""
        loans = (*self.recorder.lent_to_requests(), *self.recorder.outstanding(None))
        lent = [proxy for loan in loans if loan.is_out and (proxy := loan.proxy()) is not None]
        closing: list[Callable[[], None]] = [proxy.invalidate for proxy in lent]
        closing += [engine.dispose for engine in list(self.recorder.engines)]
        for close in closing:
            with suppress(Exception):  # each driver has errors of its own for what is gone already
                async with asyncio.timeout(SETTLING):
                    await greenlet_spawn(close)

    async def exchange(self, request: Request, client: ClientBehaviour = PATIENT) -> Exchange:
        """Send one request, let the app return and its tasks settle, and say what happened."""
        (exchange,) = await self.together([request], client)
        return exchange

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        *,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Send requests at the same time, let all of them return and settle, and say what happened.

        The exchanges come in the order of the requests, and bear the letters A, B, C...
        With `turns` they step through their database calls as it says. Raises `Elsewhere` where
        the service connects to another database, or is not seen on its own before a write.
        """
        if self.confined is not None and any(r.method not in READING for r in requests):
            await self._look_before(requests[0])
        exchanges = self.sender.exchanges(requests)
        before = asyncio.all_tasks()
        with warnings.catch_warnings(record=True) as caught, watched_generators():
            warnings.simplefilter("always")
            await self.sender.send(exchanges, partial(self._call, client), turns)
            lasting = await self._settle(before, exchanges)
            for exchange in exchanges:
                exchange.lasting = lasting
                exchange.lost = _described(self.recorder.lose(exchange))
                exchange.held = self._held(exchange)
            # A coroutine that an error is about is dropped with it, and is warned about only then.
            if any(exchange.held or "coroutine" in exchange.raised for exchange in exchanges):
                gc.collect()
        said = tuple(sorted({f"{w.category.__name__}: {w.message}" for w in caught}))
        for exchange in exchanges:
            exchange.warnings = said
        if sum(loan.is_out for loan in self.recorder.lent_to_requests()) >= MANY:
            await self.relieve()
        for exchange in exchanges:
            self.recorder.forget(exchange)
        if self.confined is not None:
            require_no_stray(self.confined)
        return exchanges

    async def _look_before(self, write: Request) -> None:
        """Have the service read its rows before the first write. Raises `Elsewhere`."""
        if self.confined is None or self._has_looked:
            return
        self._has_looked = True
        path = write.target.partition("?")[0]
        paths = dict.fromkeys((path, path.rstrip("/").rpartition("/")[0] or "/"))
        looks = [replace(write, method="GET", target=target, body=b"") for target in paths]
        require_home(self.confined, [await self.exchange(look) for look in looks])

    async def relieve(self) -> None:
        """Take back every connection that requests still hold, so that the next ones can work."""
        for loan in self.recorder.lent_to_requests():
            proxy = loan.proxy()
            if loan.is_out and proxy is not None:
                # Closing an asyncio connection awaits, which SQLAlchemy can do in a greenlet only.
                await greenlet_spawn(proxy.invalidate)

    async def _call(self, client: ClientBehaviour, exchange: Exchange) -> None:
        conversation = Conversation(exchange, self.recorder, client)
        # A copy for each request, as uvicorn makes one.
        scope = scope_of(exchange.request, dict(self.lifespan.state), client)
        try:
            await self.app(scope, conversation.receive, conversation.send)
        finally:
            conversation.end()

    async def _settle(
        self, before: set[asyncio.Task[object]], exchanges: Sequence[Exchange]
    ) -> tuple[str, ...]:
        """Wait for the tasks that are left, and name those of the app that still run then.

        SQLAlchemy's own may wait for ever (orphans), but for those that give connections back.
        """
        new = asyncio.all_tasks() - before - self._known
        is_out = any(map(self.recorder.outstanding, exchanges))
        brief = {task for task in new if self._is_brief(task, is_out=is_out)}
        for tasks, limit in ((new - brief, SETTLING), (brief, BRIEFLY)):
            if tasks:
                _, lasting = await asyncio.wait(tasks, timeout=limit)
                # Those that last are waited for once, and not after each later request.
                self._known |= lasting
        running = [stepped_by(task.get_coro()) for task in new if not task.done()]
        self._lasted.update(map(_kind, running))
        return tuple(sorted({name_of(strand) for strand in running} - {""}))

    def _is_brief(self, task: asyncio.Task[object], *, is_out: bool) -> bool:
        """Return whether waiting is useless: SQLAlchemy abandoned the task, or it always lasts."""
        strand = task.get_coro()
        is_orphan = is_of_sqlalchemy(strand) and not is_out
        return is_orphan or self._lasted[_kind(stepped_by(strand))] >= ENOUGH

    def _held(self, exchange: Exchange) -> tuple[HeldConnection, ...]:
        loans = self.recorder.outstanding(exchange)
        return _described(loan for loan in loans if not loan.is_given_back)


def _described(loans: Iterable[Checkout]) -> tuple[HeldConnection, ...]:
    return tuple(HeldConnection(loan.connection, loan.where) for loan in loans)


def _kind(strand: object) -> str:
    """Return the name of what a coroutine runs, the same for every request."""
    return str(getattr(strand, "__qualname__", type(strand).__qualname__))
