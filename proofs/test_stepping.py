"""Facts about steps: each suspension of a request can be met, in every way, and none is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from contract_tests.instruments.await_stack import is_pool_wait
from contract_tests.instruments.cancellation_injector import (
    WAYS,
    CancellationInjector,
    Way,
    stepped_by,
)
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.service.transports.asgi import AsgiTransport
from contract_tests.service.transports.locate import Receive, Scope, Send

Work = Callable[["Room"], Awaitable[None]]


@dataclass
class Room:
    """What a request enters and has to leave: the smallest thing that can be left behind."""

    inside: int = 0
    notes: list[str] = field(default_factory=list)


async def right(room: Room) -> None:
    """Leave whatever happens."""
    room.inside += 1
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        room.inside -= 1


async def wrong(room: Room) -> None:
    """Leave after errors and success only."""
    room.inside += 1
    try:
        await asyncio.sleep(0)
    except Exception:
        room.inside -= 1
        raise
    room.inside -= 1


async def half_wrong(room: Room) -> None:
    """Leave, unless the clean-up is cancelled as well."""
    room.inside += 1
    try:
        await asyncio.sleep(0)
    finally:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        room.inside -= 1


async def with_child(room: Room) -> None:
    """Do the work in a task of its own."""
    await asyncio.create_task(right(room))


@dataclass
class Stage:
    """A service of one piece of work, on a loop of its own."""

    runner: asyncio.Runner
    recorder: Recorder

    def play(self, work: Work, k: int | None = None, way: Way = "cancel") -> Played:
        """Send one request, stepped."""
        room = Room()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await work(room)

        target = AsgiTransport(app, self.recorder)
        with CancellationInjector(self.runner.get_loop(), self.recorder, k, way) as steps:
            exchange = self.run(target.exchange(Request("GET", "/")))
        return Played(steps, room, exchange)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run it on the loop of the service."""
        return self.runner.run(coroutine)

    def kept(self, work: Work, way: Way) -> list[int]:
        """The suspensions at which a cancellation leaves somebody in the room."""
        last = self.play(work).steps.seen
        return [k for k in range(1, last + 1) if self.play(work, k, way).room.inside]


@dataclass
class Played:
    """One request and what became of it."""

    steps: CancellationInjector
    room: Room
    exchange: Exchange


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Give a loop and a ledger that listens."""
    with asyncio.Runner() as runner, Recorder() as recorder:
        yield Stage(runner, recorder)


@pytest.mark.parametrize("way", WAYS)
def test_right_code_leaves_nothing(stage: Stage, way: Way) -> None:
    """What cleans up in `finally` without awaiting is right, wherever it is cancelled."""
    assert stage.kept(right, way) == []


@pytest.mark.parametrize("way", WAYS)
def test_wrong_code_is_seen(stage: Stage, way: Way) -> None:
    """What cleans up in `except Exception` is wrong in every way to cancel."""
    assert stage.kept(wrong, way) == [1]


def test_half_wrong_code_is_seen_by_those_who_cancel_again(stage: Stage) -> None:
    """A clean-up that bears one cancellation is caught by a scope, or by a second one."""
    assert [way for way in WAYS if stage.kept(half_wrong, way)] == ["twice", "scope"]


def test_without_a_number_nothing_is_cancelled(stage: Stage) -> None:
    """Counting alone leaves the request as it is."""
    played = stage.play(right)

    assert (played.steps.seen, played.steps.fired, played.exchange.raised) == (2, 0, "")


def test_a_number_that_is_not_reached_cancels_nothing(stage: Stage) -> None:
    """A sweep knows by this that it is over."""
    assert stage.play(right, 3).steps.fired == 0


def test_counts_are_the_same_twice(stage: Stage) -> None:
    """The same request has the same suspensions, which makes a place replayable."""
    first, second = (stage.play(half_wrong).steps.seen for _ in range(2))

    assert first == second == 2


def test_the_tasks_of_a_request_are_stepped_too(stage: Stage) -> None:
    """Waiting for the task is one suspension, those of the task are two more."""
    assert stage.play(with_child).steps.seen == 3
    assert stage.kept(with_child, "cancel") == []


def test_a_scope_ends_the_request_once(stage: Stage) -> None:
    """A request that a scope has cancelled is not run again."""
    played = stage.play(right, 1, "scope")

    assert played.exchange.raised == "CancelledError"
    assert len(played.exchange.of("returned")) == 1


def test_the_line_that_waited_is_told(stage: Stage) -> None:
    """The cancellation names the innermost line of the app."""
    played = stage.play(right, 1)

    assert played.steps.where.endswith("in right")
    assert [event.where for event in played.exchange.of("cancelled")] == [played.steps.where]


@pytest.mark.parametrize("way", WAYS)
def test_a_request_that_has_ended_is_not_cancelled(stage: Stage, way: Way) -> None:
    """What a task of it waits for afterwards is counted, and left alone."""

    async def later(room: Room) -> None:
        room.task = asyncio.create_task(right(room))  # type: ignore[attr-defined]

    played = stage.play(later, 1, way)

    assert (played.steps.seen, played.steps.fired, played.room.inside) == (2, 0, 0)


def test_waiting_for_a_queue_is_noted(stage: Stage) -> None:
    """The suspensions at an asyncio queue are known by their numbers."""

    async def queueing(room: Room) -> None:
        queue: asyncio.Queue[int] = asyncio.Queue()
        asyncio.get_running_loop().call_soon(queue.put_nowait, 1)
        await asyncio.sleep(0)
        await queue.get()
        await asyncio.Queue[int]().get()

    assert stage.play(queueing, 2).steps.queued == [2]


def test_nothing_stays_behind(stage: Stage) -> None:
    """The loop makes its tasks as before, even after an error."""
    loop = stage.runner.get_loop()
    with pytest.raises(RuntimeError), CancellationInjector(loop, stage.recorder):
        raise RuntimeError("half-way")

    assert loop.get_task_factory() is None


def test_the_apps_own_task_factory_stays_in_force(stage: Stage) -> None:
    """Tasks are made by the factory that was there, which is there again afterwards."""
    made: list[str] = []

    def factory(loop: asyncio.AbstractEventLoop, strand: Any, **options: Any) -> Any:
        made.append(getattr(stepped_by(strand), "__name__", ""))
        return asyncio.Task(strand, loop=loop, **options)

    loop = stage.runner.get_loop()
    loop.set_task_factory(factory)
    stage.play(with_child)

    assert "right" in made
    assert loop.get_task_factory() is factory


def test_other_peoples_tasks_are_not_stepped(stage: Stage) -> None:
    """What runs outside of any request is neither counted nor wrapped."""
    with CancellationInjector(stage.runner.get_loop(), stage.recorder, 1) as steps:
        stage.run(right(Room()))

    assert (steps.seen, steps.fired) == (0, 0)


def test_a_task_that_lasts_is_told(stage: Stage) -> None:
    """The exchange names the app's tasks that still run, those that were stepped among them."""

    async def forever() -> None:
        await asyncio.Event().wait()

    async def leaving(room: Room) -> None:
        room.task = asyncio.create_task(forever())  # type: ignore[attr-defined]

    (lasting,) = stage.play(leaving).exchange.lasting

    assert "forever (test_stepping.py:" in lasting


def test_a_plain_coroutine_runs_itself() -> None:
    """Only stepped coroutines run others; a queue is waited for by none that has not begun."""
    strand = right(Room())

    assert stepped_by(strand) is strand
    assert not is_pool_wait(strand)
    strand.close()
