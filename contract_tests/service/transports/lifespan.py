"""Run an app's lifespan in one task, as a server does."""

from __future__ import annotations

import asyncio
import traceback
from typing import Any

from sqlalchemy.exc import DBAPIError

from ...instruments.await_stack import waiting_line
from .locate import App, Message, line_of, settings_missing

LIMIT = 60.0
"""Seconds a start-up or a shutdown may take before it counts as hanging."""

HURRIED = 5.0
"""Seconds a shutdown may take once one of the same service has hung, or the run is over."""

SETTLING = 2.0
"""Seconds an app gets to raise what it has just told."""


class LifespanFailed(Exception):  # noqa: N818 - said of the app, not of the kit
    """The app's start-up or shutdown failed; the message is the app's own error, one line.

    `is_exit` if it was no `Exception`, but one of those that end a process or a task; `is_refused`
    if the database refused a statement.
    """

    def __init__(
        self, stage: str, message: str, *, is_exit: bool = False, is_refused: bool = False
    ) -> None:
        super().__init__(f"{stage} failed: {message}")
        self.stage = stage
        self.is_exit = is_exit
        self.is_refused = is_refused


class LifespanHung(LifespanFailed):
    """The app's start-up or shutdown has not ended in time."""


class Lifespan:
    """Start-up and shutdown of one app, in one task: cancel scopes may span both.

    Each gets `limit` seconds, or as many as `stop` is given. `untold` is what an app raised before
    it answered: servers take that for an app without lifespan. `failure` is why the start-up has
    failed.
    """

    def __init__(self, app: App, limit: float = LIMIT) -> None:
        self._app = app
        self._limit = limit
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}
        self.supported = True
        self.untold = ""
        self.failure = ""
        self._is_started = False
        self._error = ""
        self._is_exit = False
        self._is_refused = False

    async def start(self) -> None:
        """Run the start-up. An app without lifespan is fine. Raises `LifespanFailed`."""
        self._task = asyncio.create_task(self._run(), name="lifespan")
        try:
            answer = await self._ask("startup")
        except LifespanFailed as failed:
            self.failure = str(failed)
            raise
        self._is_started = True
        self.supported = answer["type"] != "lifespan.unsupported"
        self.untold = "" if self.supported else self._error

    async def stop(self, limit: float | None = None) -> None:
        """Run the shutdown of what has started; end what has not. Raises `LifespanFailed`."""
        self._limit = limit or self._limit
        if self._task is None or not self.supported:
            return
        if self._is_started:
            await self._ask("shutdown")
            # By `wait`, which raises nothing of what the task has raised.
            await asyncio.wait({self._task}, timeout=self._limit)
        else:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=SETTLING)

    async def _ask(self, stage: str) -> Message:
        await self._inbox.put({"type": f"lifespan.{stage}"})
        try:
            async with asyncio.timeout(self._limit):
                answer = await self._outbox.get()
        except TimeoutError:
            raise LifespanHung(stage, f"no end within {self._limit:.0f} s{self._where()}") from None
        if answer["type"].endswith((".failed", ".raised")):
            reason = await self._reason(str(answer.get("message", "")))
            raise LifespanFailed(stage, reason, is_exit=self._is_exit, is_refused=self._is_refused)
        return answer

    def _where(self) -> str:
        """Name the line of the app that waits, as far as it can be seen."""
        line = waiting_line(self._task.get_coro()) if self._task is not None else ""
        return f": it waits at {line}" if line else ""

    async def _reason(self, told: str) -> str:
        """The app's error in one line: frameworks tell a whole traceback, and raise it after."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=SETTLING)
        return self._error or (told.strip().splitlines() or [""])[-1]

    async def _run(self) -> None:
        version = {"version": "3.0", "spec_version": "2.0"}
        scope = {"type": "lifespan", "asgi": version, "state": self.state}
        sent: list[str] = []

        async def send(message: Message) -> None:
            sent.append(message["type"])
            await self._outbox.put(message)

        try:
            await self._app(scope, self._inbox.get, send)
        # Ctrl-C is for the run, and no failure of the app.
        except KeyboardInterrupt:
            raise
        except asyncio.CancelledError:
            self._error = "its task was cancelled"
            await self._outbox.put({"type": "lifespan.raised"})
            raise
        except BaseException as error:  # noqa: BLE001 - told to whoever asked
            self._error = settings_missing(error) or f"{_sentence(error)} ({line_of(error)})"
            self._is_exit = not isinstance(error, Exception)
            self._is_refused = _is_refused(error)
            await self._outbox.put(_ended(sent, error))
        else:
            await self._outbox.put({"type": "lifespan.unsupported"})


def _ended(sent: list[str], error: BaseException) -> Message:
    """An app that raises before it answered does not know lifespan, as uvicorn reads it.

    Frameworks answer `failed` before they raise, so a raise after that adds nothing. What is no
    `Exception`, such as `sys.exit`, never says that an app does not know lifespan.
    """
    is_unsupported = not sent and isinstance(error, Exception)
    text = "".join(traceback.format_exception_only(error)).strip()
    return {
        "type": "lifespan.unsupported" if is_unsupported else "lifespan.raised",
        "message": text,
    }


def _is_refused(error: BaseException) -> bool:
    """Return whether an error is that of a statement; a failure to connect has none."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    covered = error.__cause__ or error.__context__
    is_statement = isinstance(error, DBAPIError) and error.statement is not None
    return is_statement or (covered is not None and _is_refused(covered))


def _sentence(error: BaseException) -> str:
    """The error in one line, and one that it covers; of a group that holds a single error, that."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    first_line = str(error).partition("\n")[0]
    said = f"{type(error).__name__}: {first_line}"
    covered = None if error.__suppress_context__ else error.__context__
    return f"{said}, while there was {_sentence(covered)}" if covered else said


def silenced_handlers(app: object) -> tuple[str, ...]:
    """Name the start-up handlers of an app that never run, since the app has a lifespan, too."""
    router = getattr(app, "router", None)
    # By name: it is private, to Starlette or to FastAPI, and a lifespan of the app replaces it.
    usual = type(getattr(router, "lifespan_context", None)).__name__ == "_DefaultLifespan"
    handlers = () if usual else getattr(router, "on_startup", ())
    return tuple(getattr(handler, "__qualname__", repr(handler)) for handler in handlers)
