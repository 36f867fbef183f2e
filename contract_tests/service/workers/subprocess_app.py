"""An app in an interpreter of its own: another configuration, a second worker, a restart."""

from __future__ import annotations

import json
import os
import queue
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ...databases.undoing import Undoing
from ...instruments.exchange import items_of
from ...masking.cutting import cut_front
from ...rules.violation import Elsewhere, Undecided
from .fork_server import ForkServer

LIMIT = 75.0
"""Seconds any one command may take: more than a start-up's own limit."""

GENTLY = 2.0
"""Seconds a child gets to end before it is killed, when its end is not judged."""

TAIL = 1500


class SubprocessApp(Undoing):
    """A child process that imports, starts, asks and stops the service's app.

    `variables` are its environment's; they say where its connections are led. Used with `with`.
    """

    def __init__(
        self,
        app: str,
        roots: tuple[Path, ...],
        variables: Mapping[str, str],
        fork_server: ForkServer,
    ) -> None:
        self._app = app
        self._roots = roots
        self._variables = dict(variables)
        self._fork_server = fork_server
        self._asked_to_end = False
        self._answers: queue.Queue[str] = queue.Queue()

    def _begin(self, undo: ExitStack) -> None:
        """Start the interpreter; nothing of the app is imported yet."""
        environ = os.environ | self._variables
        # A file, since a pipe that nobody reads fills up and stops who writes to it.
        errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by `undo`
        self._errors = undo.enter_context(errors)
        self._child = self._fork_server.fork(environ, self._errors)
        # In a thread, since a pipe is read without a time limit.
        threading.Thread(target=self._listen, daemon=True).start()
        undo.callback(self._end)

    def _end(self) -> None:
        """End the interpreter, gently if it lets us."""
        if not self._asked_to_end:
            self.ends(GENTLY)
        self._child.kill()

    def _listen(self) -> None:
        try:
            for line in self._child.stdout:
                self._answers.put(line)
        except ValueError:
            pass  # closed under us: nobody is waiting any more
        self._answers.put("")

    # -- commands

    def tell(self, **command: Any) -> None:
        """Send a command without waiting for its answer."""
        try:
            self._child.stdin.write(json.dumps(command) + "\n")
            self._child.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # the child is gone: `receive` says so

    def receive(self, limit: float = LIMIT) -> dict[str, Any]:
        """The next answer. A child that died answers ``ok: False`` with what it said last.

        Raises `TimeoutError` when there is none within `limit` seconds, and `Elsewhere` when the
        app has asked for a database that the kit did not make.
        """
        try:
            line = self._answers.get(timeout=limit)
        except queue.Empty:
            raise TimeoutError(f"no answer within {limit:.0f} s") from None
        if not line:
            # For whoever asks again: it has ended for good.
            self._answers.put("")
            return {"ok": False, "error": f"the process ended: {self.said()}"}
        answer = dict(items_of(json.loads(line)))
        if "elsewhere" in answer:
            raise Elsewhere(str(answer["elsewhere"]))
        return answer

    def ask(self, act: str, **details: Any) -> dict[str, Any]:
        """Send a command and wait for its answer. Raises `Undecided` when there is none."""
        self.tell(act=act, **details)
        try:
            return self.receive()
        except TimeoutError as error:
            raise Undecided(f"{act} in a child process: {error}") from None

    def tell_app(self, act: str) -> None:
        """Send a command that names the app's module, without waiting for its answer."""
        self.tell(act=act, app=self._app, roots=[str(root) for root in self._roots])

    def result(self) -> dict[str, Any]:
        """The answer that ends a command, whatever is said before it.

        A command that does not end is answered by ``ok: False`` too.
        """
        try:
            while "ok" not in (answer := self.receive()):
                pass
        except TimeoutError as error:
            return {"ok": False, "error": str(error)}
        return answer

    def import_app(self) -> dict[str, Any]:
        """Import the app's module."""
        self.tell_app("import")
        return self.result()

    def begin(self) -> dict[str, Any]:
        """Import, make and start the app; the answer holds its number as `app`."""
        self.tell_app("begin")
        return self.result()

    def request(
        self,
        app: int,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...] = (),
        body: Any = None,
    ) -> dict[str, Any]:
        """Send a request to an app of the child."""
        typed = (*headers, ("content-type", "application/json"))
        text = "" if body is None else json.dumps(body)
        return self.ask("request", app=app, method=method, target=target, headers=typed, body=text)

    def ends(self, limit: float) -> bool:
        """Close the child's input and say whether its process ends within `limit` seconds."""
        self._asked_to_end = True
        with suppress(BrokenPipeError):  # it ended by itself
            self._child.stdin.close()
        return self._child.ends(limit)

    def said(self) -> str:
        """The end of what the child wrote to standard error."""
        return cut_front(self.written(), TAIL).strip()

    def written(self) -> str:
        """Everything the child wrote to standard output and standard error."""
        self._errors.seek(0)
        return self._errors.read()
