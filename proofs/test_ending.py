"""What an app does to the loop, or does not end, is told with its line and lets the run go on."""

from __future__ import annotations

import asyncio
import re
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.rules.violation import Undecided, UsageError
from contract_tests.runner.opening import open_service
from contract_tests.runner.options import Options
from contract_tests.service.loop import AppLoop, open_loop
from contract_tests.service.transports.asgi import AsgiTransport
from contract_tests.service.transports.lifespan import HURRIED, Lifespan, LifespanFailed
from contract_tests.service.transports.locate import App, Message, Receive, Scope, Send, locate
from contract_tests.service.transports.sending import Sender
from contract_tests.service.watchdog import Patience, Watchdog

ROOT = Path(__file__).resolve().parent.parent
BRIEFLY = 0.01
Act = Callable[[], object]
Stage = Callable[[], Awaitable[object]]


def stop_the_loop() -> None:
    asyncio.get_running_loop().stop()


def stop_the_loop_later() -> None:
    asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)


def cancel_all_others() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


async def sent_by(act: Act) -> str:
    """Await a task of the app, as the kit does with a request."""

    async def request() -> str:
        act()
        await asyncio.sleep(0)
        return "answered"

    return await asyncio.create_task(request())


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (stop_the_loop, "stopped the event loop (test_ending.py:"),
        (stop_the_loop_later, "stopped the event loop"),
        (cancel_all_others, "cancelled the tasks of a server (test_ending.py:"),
    ],
)
def test_what_ends_a_server_does_not_end_the_run(act: Act, told: str) -> None:
    """The request is answered, and what the app did is kept once."""
    with open_loop() as loop:
        assert [loop.run(sent_by(act)) for _ in range(2)] == ["answered"] * 2
        (fault,) = loop.faults
        assert fault.startswith(f"a task of the app {told}")


def test_a_cancellation_that_names_nobody_is_undecided() -> None:
    """From a callback of the loop it is like a time limit's: it succeeds, and is told."""

    async def cancelled(loop: AppLoop) -> None:
        assert loop.awaited is not None
        asyncio.get_running_loop().call_soon(loop.awaited.cancel)
        await asyncio.Event().wait()

    with open_loop() as loop, pytest.raises(Undecided, match="cancelled the tasks of a server"):
        loop.run(cancelled(loop))


def test_a_time_limit_of_the_kit_still_cancels() -> None:
    """The task that a loop is run for can be cancelled by itself and by the loop."""

    async def limited() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with open_loop() as loop:
        with pytest.raises(TimeoutError):
            loop.run(limited())
        assert not loop.faults


def app_of(*stages: Stage) -> App:
    """An app without a framework, which does one thing at each stage before it answers."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        for stage in stages:
            told: Message = await receive()
            await stage()
            await send({"type": f"{told['type']}.complete"})

    return app


def lifespan(*stages: Stage) -> Lifespan:
    """The life of such an app, with little time for each stage."""
    return Lifespan(app_of(*stages), limit=BRIEFLY)


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def nothing() -> None:
    pass


async def ask_for_the_moon() -> None:
    raise LookupError("no moon")


def test_a_shutdown_has_little_time_once_one_has_hung() -> None:
    """Those of later lives of the same service get no more than that, here and elsewhere."""
    transport = AsgiTransport(app_of(nothing, wait_for_ever), Recorder())
    transport.stop_limit = BRIEFLY
    with open_loop() as loop:
        loop.run(transport.start())
        with pytest.raises(LifespanFailed, match="no end within"):
            loop.run(transport.stop())
    assert transport.stop_limit == HURRIED


def test_a_startup_that_waits_is_told_with_its_line() -> None:
    """After that, its shutdown is not asked for: the task is ended."""
    with open_loop() as loop:
        waiting = lifespan(wait_for_ever)
        with pytest.raises(LifespanFailed, match=r"it waits at test_ending.py:\d+ in wait_for_eve"):
            loop.run(waiting.start())
        loop.run(waiting.stop())
        assert [task.get_name() for task in asyncio.all_tasks(loop.loop)] == []


def test_a_shutdown_that_waits_is_told_with_its_line() -> None:
    """As a start-up is."""
    with open_loop() as loop:
        waiting = lifespan(nothing, wait_for_ever)
        loop.run(waiting.start())
        with pytest.raises(LifespanFailed, match=r"shutdown failed: no end .* in wait_for_ever"):
            loop.run(waiting.stop())


def test_a_lifespan_that_was_cancelled_is_not_waited_for() -> None:
    """Its shutdown has failed already."""
    with open_loop() as loop:
        started = lifespan(nothing, nothing)
        loop.run(started.start())
        loop.run(sent_by(cancel_all_others))
        with pytest.raises(LifespanFailed, match="its task was cancelled"):
            loop.run(started.stop())


def test_an_error_before_the_first_answer_is_kept() -> None:
    """Servers take it for an app without lifespan; if nothing works then, it is why."""
    with open_loop() as loop:
        raising = lifespan(ask_for_the_moon)
        loop.run(raising.start())
        assert not raising.supported
        assert raising.untold.startswith("LookupError: no moon (test_ending.py:")


def test_after_a_failed_shutdown_a_factory_makes_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes next is judged on a service that runs."""
    monkeypatch.setenv("PROOF_ENDING", "stop:error")
    with open_service(Options(app="proofs.ending_app:make", root=ROOT)) as service:
        before = service.process.transport.app
        with pytest.raises(Undecided, match="shutdown failed: LookupError: queue is gone"):
            service.process.restart()
        assert service.process.transport.app is not before
        assert service.row().exchange.ok


def test_an_operation_without_an_end_gets_less_time() -> None:
    """After three of its requests, until one ends; the first of them is named."""
    is_open = False

    async def carry(exchange: Exchange) -> None:
        if not is_open:
            await wait_for_ever()
        exchange.status = 200

    sender = Sender(Recorder(), limit=BRIEFLY, brief=BRIEFLY / 2)

    async def sent(target: str) -> str:
        (exchange,) = sender.exchanges([Request("GET", target)])
        await sender.send([exchange], carry)
        return exchange.raised

    with open_loop() as loop:
        raised = [loop.run(sent(f"/rows/{number}")) for number in range(4)]
        assert all(text.startswith("no end within 0 s: it waits at test_end") for text in raised)
        has_less = ["as before: GET /rows/0 had none" in text for text in raised]
        assert has_less == [False, False, False, True]
        is_open = True
        assert loop.run(sent("/rows/9")) == ""
        is_open = False
        assert "as before" not in loop.run(sent("/rows/9"))


def test_a_stream_that_has_begun_and_goes_on_for_ever_gets_less_time_at_once() -> None:
    """Its answer is a success already: it waits for what happens, and for nothing of the pool."""

    async def carry(exchange: Exchange) -> None:
        exchange.status = 200
        await wait_for_ever()

    sender = Sender(Recorder(), limit=BRIEFLY, brief=BRIEFLY / 2)

    async def sent() -> str:
        (exchange,) = sender.exchanges([Request("GET", "/events")])
        await sender.send([exchange], carry)
        return exchange.raised

    with open_loop() as loop:
        raised = [loop.run(sent()) for _ in range(2)]
    assert ["as before" in text for text in raised] == [False, True]


async def ask_in_a_task() -> None:
    await asyncio.create_task(wait_for_ever())


def test_a_request_without_an_end_is_told_with_its_lines() -> None:
    """Those of the app, the innermost first, also where it waits in a task of its own."""

    async def carry(_: Exchange) -> None:
        await ask_in_a_task()

    async def sent() -> str:
        sender = Sender(Recorder(), limit=BRIEFLY)
        (exchange,) = sender.exchanges([Request("GET", "/rows")])
        await sender.send([exchange], carry)
        return exchange.raised

    with open_loop() as loop:
        told = re.sub(r"test_ending.py:\d+ in ", "", loop.run(sent()))
    assert told == "no end within 0 s: it waits at wait_for_ever, awaited at ask_in_a_task, carry"


IMPATIENT = Patience(told=0, again=60, ended=0, given_up=60, tick=0.01)
"""What does not return at all is told and ended at once."""


async def block_for_ever() -> None:
    threading.Event().wait()


def watched(stage: Stage, lines: list[str]) -> str:
    """How the start-up of an app fails that an impatient watchdog watches."""
    with Watchdog(lines.append, patience=IMPATIENT) as watchdog, open_loop() as loop:
        watchdog.follow(loop.loop)
        with pytest.raises(LifespanFailed) as failed:
            loop.run(Lifespan(app_of(stage)).start())
    return str(failed.value)


def test_code_that_does_not_return_is_told_and_ended() -> None:
    """Its line is told while it lasts, and is in the failure, which is no `Exception`."""
    lines: list[str] = []
    failure = watched(block_for_ever, lines)
    assert "Blocked: no end within 0 s: test_ending.py:" in failure
    assert "in block_for_ever has not returned" in failure
    (line,) = lines
    assert line.endswith("in block_for_ever has not returned for 0 s")


def test_an_import_that_does_not_return_is_ended(tmp_path: Path) -> None:
    """A mistake of the app, as an import that fails is."""
    (tmp_path / "waits_for_ever.py").write_text("import threading\nthreading.Event().wait()\n")
    with Watchdog(str, patience=IMPATIENT), pytest.raises(UsageError) as told:
        locate("waits_for_ever:app", (tmp_path,))
    assert (
        "importing waits_for_ever failed: Blocked: no end within 0 s: waits_for_ever.py:2"
        in str(told.value)
    )


def test_code_that_cannot_be_interrupted_is_given_up() -> None:
    """Where it takes the interruption for one of its own, the process is to be ended."""
    has_given_up = threading.Event()

    async def stubborn() -> None:
        while not has_given_up.is_set():
            with suppress(BaseException):
                has_given_up.wait()

    def give_up(line: str) -> None:
        assert "did not return within" in line
        has_given_up.set()

    never = Patience(told=60, again=60, ended=0, given_up=0, tick=0.01)
    with Watchdog(str, give_up, never) as watchdog, open_loop() as loop:
        watchdog.follow(loop.loop)
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        loop.run(stubborn())
    assert has_given_up.is_set()


def test_a_loop_that_turns_is_left_alone() -> None:
    """A task that works a little at a time is none that blocks."""
    lines: list[str] = []

    async def busy(until: float) -> None:
        while time.monotonic() < until:
            await asyncio.wait({asyncio.ensure_future(nothing())})

    patience = Patience(told=0.2, again=60, ended=0.2, tick=0.01)
    with Watchdog(lines.append, patience=patience) as watchdog, open_loop() as loop:
        watchdog.follow(loop.loop)
        loop.run(busy(time.monotonic() + 0.5))
    assert lines == []


def test_a_test_of_the_team_is_left_alone() -> None:
    """While nothing is asked of the app, whatever runs may take its time."""
    lines: list[str] = []
    with Watchdog(lines.append, patience=IMPATIENT) as watchdog, open_loop() as loop:
        watchdog.follow(loop.loop)
        loop.run(nothing())
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            threading.Event().wait(0.01)
    assert lines == []


def test_the_signal_is_as_it_was() -> None:
    """Nothing of the watchdog stays behind it."""
    before = signal.getsignal(signal.SIGUSR2)
    with Watchdog(str):
        assert signal.getsignal(signal.SIGUSR2) != before
    assert signal.getsignal(signal.SIGUSR2) == before
    assert "contract watchdog" not in {thread.name for thread in threading.enumerate()}
