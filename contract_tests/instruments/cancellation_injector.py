"""Cancel a request at a chosen suspension: an await that gives control back to the loop."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Coroutine, Generator
from contextlib import ExitStack
from typing import Any, Literal, Protocol, cast

from .attribution import current, is_of_sqlalchemy
from .await_stack import foreign_line, is_pool_wait, waiting_line
from .exchange import Exchange
from .instrument import Instrument
from .recorder import Recorder

Way = Literal["cancel", "late", "twice", "scope", "timeout"]
WAYS: tuple[Way, ...] = ("cancel", "late", "twice", "scope", "timeout")
Strand = Coroutine[Any, Any, Any]
Factory = Callable[..., "asyncio.Future[Any]"]


def ways() -> tuple[Way, ...]:
    """The ways to cancel that an app of this process can meet."""
    has_scopes = importlib.util.find_spec("anyio") is not None
    return WAYS if has_scopes else tuple(way for way in WAYS if way != "scope")


class CancellationInjector(Instrument):
    """Counts the suspensions of a request, over all of its tasks, and cancels it at the `k`-th.

    - "cancel": `task.cancel()`, as a server does that shuts down: what is awaited is cancelled;
    - "late": the awaited thing is completed first, and its result is lost;
    - "twice": once more at the next suspension, while the app cleans up;
    - "scope": an anyio cancel scope, as frameworks use for streams and time limits: every later
      await of the request is cancelled too;
    - "timeout": `asyncio.timeout`: the task lives on after it.

    Without `k` nothing is cancelled. `seen` counts the suspensions, `fired` the cancellations,
    `where` is the app's line that was waiting. `foreign` are the lines of the app that waited for
    anything but the database, each with the number of events the request had had by then (and had
    no more of meanwhile). `queued` are the suspensions that waited for a queue, as a pool is one.
    Tasks that the request makes are stepped too; an app's own task factory stays in force. A
    running thread cannot be cancelled. With `of`, only what runs for that exchange is counted.

        with CancellationInjector(loop, recorder, 3) as steps:
            exchange = service.create()
        assert steps.fired
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        recorder: Recorder,
        k: int | None = None,
        way: Way = "cancel",
        of: Exchange | None = None,
    ) -> None:
        self.k = k
        self.way = way
        self._of = of
        self.seen = 0
        self.fired = 0
        self.what = ""
        self.where = ""
        self.foreign: list[tuple[int, str]] = []
        self.queued: list[int] = []
        self._loop = loop
        self._recorder = recorder
        self._cancel: Callable[[], object] | None = None
        self._is_over = False

    def _begin(self, undo: ExitStack) -> None:
        factory = cast("Factory | None", self._loop.get_task_factory())
        undo.callback(self._forget)
        undo.callback(self._loop.set_task_factory, cast("Any", factory))
        self._loop.set_task_factory(self._factory(factory))

    def _forget(self) -> None:
        self._cancel = None  # a cancelled task keeps its frames, and they keep cursors and locks

    def _factory(self, factory: Factory | None) -> Any:
        def make(
            loop: asyncio.AbstractEventLoop, strand: Strand, **options: Any
        ) -> asyncio.Future[Any]:
            served = self._serves() and not is_of_sqlalchemy(strand)
            is_root = served and self._cancel is None
            chosen = self._stepped(strand, is_root=is_root) if served else strand
            if factory is None:
                task: asyncio.Future[Any] = asyncio.Task(chosen, loop=loop, **options)
            else:
                task = factory(loop, chosen, **options)
            if served:  # one that is cancelled before it begins was not forgotten by the app
                task.add_done_callback(lambda _: strand.close())
            # A factory of eager tasks has run it by now: the limit in it takes the cancellation.
            if is_root and self._cancel is None:
                self._cancel = task.cancel
            return task

        return make

    def leads(self, task: asyncio.Task[Any]) -> None:
        """Take a task that runs already for the first one; whoever made it has it stepped."""
        self._cancel = task.cancel

    def _serves(self) -> bool:
        cause = current.get()
        return cause is not None and self._of in {None, cause}

    def _stepped(self, strand: Strand, *, is_root: bool) -> Strand:
        return stepped(self._root(strand) if is_root else strand, self)

    async def _root(self, strand: Strand) -> Any:
        """Run the request's first task; when it has ended there is nothing left to cancel."""
        __tracebackhide__ = True
        try:
            return await self._limited(strand)
        finally:
            self._is_over = True

    async def _limited(self, strand: Strand) -> Any:
        """Run it in the limit that will be reached."""
        __tracebackhide__ = True
        if self.way == "scope":
            import anyio

            with anyio.CancelScope() as scope:
                self._cancel = scope.cancel
                return await strand
            # Reached after a cancellation, which ends at the scope that asked for it.
            return None
        if self.way == "timeout":
            try:
                async with asyncio.timeout(None) as limit:
                    # A deadline that is reached already is acted on in the next turn of the loop.
                    self._cancel = lambda: limit.reschedule(self._loop.time())
                    return await strand
            except TimeoutError:
                return None
        return await strand

    def suspended(self, strand: Strand, future: Any) -> tuple[int, str] | None:
        """Count one suspension of `strand`, which waits for `future` now.

        Gives the number of events so far and the line, if it may be foreign.
        """
        # This very type: a task is work that the app awaits, and a turn of the loop gives None.
        waited = _foreign(strand) if type(future) is asyncio.Future else None
        self._strike(strand, future)
        return waited

    def resumed(self, waited: tuple[int, str] | None) -> None:
        """Note a wait that was for nothing of the database: the request had no event meanwhile."""
        exchange = current.get()
        if waited and exchange is not None and len(exchange.events) == waited[0]:
            self.foreign.append(waited)

    def _strike(self, strand: Strand, future: Any) -> None:
        self.seen += 1
        if is_pool_wait(strand):
            self.queued.append(self.seen)
        again = self.way == "twice" and self.k is not None and self.seen == self.k + 1
        if self._cancel is None or self._is_over or not (self.seen == self.k or again):
            return
        if not self.fired:
            self.where = waiting_line(strand)
            self.what = _last_event()
            text = f"by the kit at suspension {self.seen} ({self.way})"
            self._recorder.record("cancelled", text=text, where=self.where)
        self.fired += 1
        cancel = self._cancel
        if self.way == "late" and asyncio.isfuture(future):
            # The task adds its own callback after this one, so it is cancelled before it wakes up.
            future.add_done_callback(lambda _: cancel())
        else:
            cancel()


def _foreign(strand: Strand) -> tuple[int, str] | None:
    exchange = current.get()
    where = foreign_line(strand)
    return (len(exchange.events), where) if exchange is not None and where else None


def _last_event() -> str:
    exchange = current.get()
    event = exchange.events[-1] if exchange and exchange.events else None
    return f"after {event.kind} {' '.join(event.text.split()[:3])}".rstrip() if event else "first"


class Steps(Protocol):
    """Is told of each suspension of a coroutine."""

    def suspended(self, strand: Strand, future: Any) -> tuple[int, str] | None:
        """See that `strand` waits for `future` now."""

    def resumed(self, waited: tuple[int, str] | None) -> None:
        """See that it goes on; `waited` is what `suspended` gave."""


async def stepped(strand: Strand, steps: Steps) -> Any:
    """Await `strand`; a genuine coroutine, since frameworks ask a task's for its state."""
    __tracebackhide__ = True
    return await _Drive(strand, steps)


def stepped_by(strand: object) -> object:
    """The coroutine that a stepped one runs; any other one itself."""
    frame = getattr(strand, "cr_frame", None)
    # Else every task of a request would be told by the name of this one.
    is_stepped = getattr(strand, "cr_code", None) is stepped.__code__
    return frame.f_locals["strand"] if is_stepped and frame is not None else strand


class _Drive:
    """Sees each thing that a coroutine waits for before the loop does."""

    def __init__(self, strand: Strand, steps: Steps) -> None:
        self._strand = strand
        self._steps = steps

    def __await__(self) -> Generator[Any, Any, Any]:
        __tracebackhide__ = True
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                strand = self._strand
                # What `yield from` does, by hand: it would show nobody what is waited for.
                future = strand.throw(error) if error else strand.send(value)
            except StopIteration as end:
                return end.value
            value = error = None
            waited = self._steps.suspended(self._strand, future)
            try:
                value = yield future
            except BaseException as thrown:  # noqa: BLE001 - it goes where it would have gone
                error = thrown
            self._steps.resumed(waited)
