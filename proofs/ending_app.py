"""The reference app, which does what may end its process: PROOF_ENDING names place and act."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response


class Odd(BaseException):
    """No `Exception`, and nothing that Python knows."""


def raise_odd() -> None:
    raise Odd("odd")


def raise_error() -> None:
    raise LookupError("queue is gone")


def raise_generator_exit() -> None:
    raise GeneratorExit("closed")


def exit_in_a_task() -> None:
    """End a task that nobody awaits, as a worker of the app would end."""
    asyncio.get_running_loop().create_task(_exited())


async def _exited() -> None:
    sys.exit(0)


def stop_the_loop() -> None:
    asyncio.get_running_loop().stop()


def cancel_all_others() -> None:
    """Cancel every task but one's own, as a careless reset does."""
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


def fork() -> None:
    """Fork a child that ends without any handler, as forked workers do."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def work_in_a_child() -> None:
    child = multiprocessing.get_context("fork").Process(target=str)
    child.start()
    child.join()
    assert child.exitcode == 0


def wait_in_a_thread() -> None:
    """Leave a thread behind that never ends, as the connection of a driver may."""
    threading.Thread(target=threading.Event().wait, name="forever").start()


def wait_in_the_executor() -> None:
    """Leave a job in the executor of the loop that never ends."""
    asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)


def run_a_program() -> None:
    subprocess.run([sys.executable, "-c", "import os; os._exit(0)"], check=True)


ACTS: dict[str, Callable[[], object]] = {
    "nothing": lambda: None,
    "os._exit": lambda: os._exit(0),
    "sys.exit": lambda: sys.exit(0),
    "posix._exit": lambda: sys.modules["posix"]._exit(0),
    "os.execv": lambda: os.execv(sys.executable, ["python", "-c", "pass"]),  # noqa: S606
    "thread": wait_in_a_thread,
    "odd": raise_odd,
    "error": raise_error,
    "GeneratorExit": raise_generator_exit,
    "SIGINT": lambda: signal.raise_signal(signal.SIGINT),
    "segfault": lambda: ctypes.string_at(0),
    "os.close": lambda: os.close(1),
    "sys.stdout.close": lambda: sys.stdout.close(),  # noqa: PLW0108 - the one of that moment
    "atexit": lambda: atexit.register(os._exit, 0),
    "sleep at exit": lambda: atexit.register(threading.Event().wait),
    "executor": wait_in_the_executor,
    "task": exit_in_a_task,
    "loop.stop": stop_the_loop,
    "cancel": cancel_all_others,
    "fork": fork,
    "multiprocessing": work_in_a_child,
    "subprocess": run_a_program,
    "controller": lambda: os.kill(os.getppid(), signal.SIGKILL),
}


def come_to(place: str) -> None:
    """Do what was asked for, if it was asked for here."""
    for ending in os.environ.get("PROOF_ENDING", ":nothing").split(","):
        wanted, _, act = ending.partition(":")
        if place == wanted:
            ACTS[act]()


come_to("import")


def make() -> FastAPI:
    """Make the app; what runs before it needs no framework."""
    come_to("factory")
    from reference_app import create_app

    app = create_app()
    app.router.lifespan_context = _around(app.router.lifespan_context)
    app.middleware("http")(_before_writes)
    return app


def _around(
    inner: Callable[[FastAPI], AbstractAsyncContextManager[object]],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with inner(app):
            come_to("start")
            yield
        come_to("stop")

    return lifespan


async def _before_writes(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    if request.method == "POST":
        come_to("request")
    return await call_next(request)
