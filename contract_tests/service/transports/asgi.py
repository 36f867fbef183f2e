"""An app in this process: the kit's own ASGI client, on the loop the app was started on."""

from __future__ import annotations

import asyncio
import gc
import itertools
import traceback
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.util import greenlet_spawn

from ...instruments.async_generators import watched_generators
from ...instruments.attribution import current, is_of_sqlalchemy, name_of
from ...instruments.cancellation_injector import stepped_by
from ...instruments.confined import Confined
from ...instruments.exchange import Exchange, Request
from ...instruments.recorder import Recorder
from ...instruments.scheduler import Scheduler
from ...rules.evidence import HeldConnection
from .conversation import PATIENT, ClientBehaviour, Conversation, scope_of
from .home import require_home, require_no_stray
from .lifespan import Lifespan
from .locate import App
from .presence import Presence

LIMIT = 35.0
"""Seconds a request may take: a little more than SQLAlchemy's default wait for a connection."""

SETTLING = 2.0
"""Seconds that tasks left by a request get to finish before it is judged."""

BRIEFLY = 0.005
"""Seconds that SQLAlchemy's own tasks get: with aiosqlite, one that closes may never end."""

ENOUGH = 3
"""Times that tasks of one kind had not settled, after which they are hardly waited for."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

MANY = 3
"""Connections kept by one app before the kit takes them back, so that its pool stays usable."""


class AsgiTransport:
    """Sends requests to an app and records each as an `Exchange`.

    `presence` is what must be there in this process for that, `confined` what keeps it on one
    database: nothing is written before it was seen there.
    """

    def __init__(
        self,
        app: App,
        recorder: Recorder,
        presence: Presence | None = None,
        confined: Confined | None = None,
    ) -> None:
        self.app = app
        self.recorder = recorder
        self.presence = presence or Presence()
        self.confined = confined
        self._has_looked = False
        self.lifespan = Lifespan(app)
        self._numbers = itertools.count(1)
        self._known: set[asyncio.Task[object]] = set()
        self._lasted: Counter[str] = Counter()

    async def start(self) -> None:
        """Run the app's start-up. Raises `LifespanFailed`."""
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            await self.lifespan.start()

    async def stop(self) -> None:
        """Run the app's shutdown. Raises `LifespanFailed`."""
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            await self.lifespan.stop()

    def renew(self, app: App) -> None:
        """Send to another app from now on, which is not started yet."""
        self.app = app
        self.lifespan = Lifespan(app)
        # Those of the app before are nobody's now; one that both share is seen again in use.
        self.recorder.engines.clear()

    async def exchange(self, request: Request, client: ClientBehaviour = PATIENT) -> Exchange:
        """Send one request, let the app return and its tasks settle, and say what happened."""
        (exchange,) = await self.together([request], client)
        return exchange

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        limit: float = LIMIT,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Send requests at the same time, let all of them return and settle, and say what happened.

        The exchanges come in the order of the requests, and bear the letters A, B, C...
        With `turns` they step through their database calls as it says. Raises `Elsewhere` where
        the service connects to another database, or is not seen on its own before a write.
        """
        if self.confined is not None and any(r.method not in READING for r in requests):
            await self._look_before(requests[0])
        exchanges = [
            Exchange(next(self._numbers), request, letter=letter)
            for letter, request in zip(itertools.cycle(LETTERS), requests, strict=False)
        ]
        before = asyncio.all_tasks()
        with warnings.catch_warnings(record=True) as caught, watched_generators():
            warnings.simplefilter("always")
            await self._run(exchanges, client, limit, turns)
            lasting = await self._settle(before)
            for exchange in exchanges:
                exchange.lasting = lasting
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

    async def abandon(self) -> None:
        """Cancel all that still runs on the loop, and wait for it: the app has been stopped."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=SETTLING)

    async def relieve(self) -> None:
        """Take back every connection that requests still hold, so that the next ones can work."""
        for loan in self.recorder.lent_to_requests():
            proxy = loan.proxy()
            if loan.is_out and proxy is not None:
                await greenlet_spawn(proxy.invalidate)

    async def _run(
        self,
        exchanges: Sequence[Exchange],
        client: ClientBehaviour,
        limit: float,
        turns: Scheduler | None,
    ) -> None:
        if turns is not None:
            turns.expect(exchanges)
        calls = {self._begin(exchange, client, turns): exchange for exchange in exchanges}
        _, hanging = await asyncio.wait(calls, timeout=limit)
        for call in hanging:
            calls[call].raised = f"no end within {limit:.0f} s"
            call.cancel()
        if hanging:
            await asyncio.wait(hanging, timeout=SETTLING)

    def _begin(
        self, exchange: Exchange, client: ClientBehaviour, turns: Scheduler | None
    ) -> asyncio.Task[None]:
        """Call the app in a task, in whose context the exchange is the current one."""
        token = current.set(exchange)
        try:
            if turns is None:
                return asyncio.create_task(self._call(exchange, client))
            return asyncio.create_task(turns.play(exchange, partial(self._call, exchange, client)))
        finally:
            current.reset(token)

    async def _call(self, exchange: Exchange, client: ClientBehaviour) -> None:
        conversation = Conversation(exchange, self.recorder, client)
        scope = scope_of(exchange.request, dict(self.lifespan.state), client)
        try:
            await self.app(scope, conversation.receive, conversation.send)
        except asyncio.CancelledError:
            exchange.raised = exchange.raised or "CancelledError"
            self.recorder.record("raised", text=exchange.raised)
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a server would log it and answer 500
            exchange.raised = "".join(traceback.format_exception_only(error)).strip()
            self.recorder.record("raised", text=exchange.raised)
            traceback.clear_frames(error.__traceback__)
        finally:
            conversation.end()
            self.recorder.record("returned")
        if exchange.status is None and exchange.raised and not exchange.abandoned:
            exchange.status, exchange.body = 500, b"Internal Server Error"
            exchange.complete = True

    async def _settle(self, before: set[asyncio.Task[object]]) -> tuple[str, ...]:
        """Wait for the tasks that are left, and name those of the app that still run then.

        SQLAlchemy's own may wait for ever (orphans).
        """
        new = asyncio.all_tasks() - before - self._known
        brief = {task for task in new if self._is_brief(task)}
        for tasks, limit in ((new - brief, SETTLING), (brief, BRIEFLY)):
            if tasks:
                _, lasting = await asyncio.wait(tasks, timeout=limit)
                self._known |= lasting
        running = [stepped_by(task.get_coro()) for task in new if not task.done()]
        self._lasted.update(map(_kind, running))
        return tuple(sorted({name_of(strand) for strand in running} - {""}))

    def _is_brief(self, task: asyncio.Task[object]) -> bool:
        """Return whether waiting is useless: SQLAlchemy abandoned the task, or it always lasts."""
        strand = task.get_coro()
        return is_of_sqlalchemy(strand) or self._lasted[_kind(stepped_by(strand))] >= ENOUGH

    def _held(self, exchange: Exchange) -> tuple[HeldConnection, ...]:
        loans = self.recorder.outstanding(exchange)
        return tuple(HeldConnection(loan.connection, loan.where) for loan in loans)


def _kind(strand: object) -> str:
    """Return the name of what a coroutine runs, the same for every request."""
    return str(getattr(strand, "__qualname__", type(strand).__qualname__))
