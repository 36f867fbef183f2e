"""The far end of a `Trial`: run as a program, it starts apps and says what happened.

Commands and answers are lines of JSON on standard input and output. What the app prints goes to
standard error. The instruments are in place before the app is imported.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.engine import make_url

from ..databases.redirects import leading_to
from ..instruments.exchange import Request
from ..instruments.gate import Gate
from ..instruments.ledger import Ledger
from ..instruments.redirect import Redirected
from ..violation import UsageError
from .asgi import AsgiTarget
from .lifespan import LifespanFailed
from .locate import locate

Answer = dict[str, Any]


class Child:
    """Carries out one command after the other, all on one event loop."""

    def __init__(self, runner: asyncio.Runner, ledger: Ledger, ask: Callable[[Answer], str]) -> None:
        self._runner = runner
        self._ledger = ledger
        self._ask = ask
        self._targets: list[AsgiTarget] = []
        self._name = ""
        self._roots: tuple[Path, ...] = ()

    def obey(self, command: dict[str, Any]) -> Answer:
        """Do one thing. The app's failures are answers, not errors."""
        acts: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "import": self._import,
            "gate": self._gate,
            "make": self._make,
            "start": self._start,
            "request": self._request,
            "stop": self._stop,
            "census": self._census,
        }
        try:
            return {"ok": True} | acts[command["act"]](command)
        except (UsageError, LifespanFailed) as error:
            return {"ok": False, "error": str(error)}

    def _import(self, command: dict[str, Any]) -> Answer:
        self._name = command["app"]
        self._roots = tuple(Path(root) for root in command["roots"])
        located = locate(self._name, self._roots)
        return {"factory": located.is_factory, "opened": len(self._ledger.open),
                "where": sorted(set(self._ledger.open.values()))}  # fmt: skip

    def _gate(self, command: dict[str, Any]) -> Answer:
        Gate(command["before"], self._ask).__enter__()
        return {}

    def _make(self, command: dict[str, Any]) -> Answer:
        made = locate(self._name, self._roots).make()
        self._targets.append(AsgiTarget(made, self._ledger))
        return {"app": len(self._targets) - 1}

    def _start(self, command: dict[str, Any]) -> Answer:
        self._runner.run(self._targets[command["app"]].start())
        held = self._ledger.outstanding(None)
        return {"held": [loan.where for loan in held]}

    def _request(self, command: dict[str, Any]) -> Answer:
        headers = tuple((name, value) for name, value in command["headers"])
        request = Request(command["method"], command["target"], headers, command["body"].encode())
        exchange = self._runner.run(self._targets[command["app"]].exchange(request))
        return {
            "status": exchange.status,
            "body": exchange.text,
            "headers": [list(pair) for pair in exchange.headers],
            "raised": exchange.raised,
            "held": list(exchange.held),
        }

    def _stop(self, command: dict[str, Any]) -> Answer:
        self._runner.run(self._targets[command["app"]].stop())
        return {}

    def _census(self, command: dict[str, Any]) -> Answer:
        """What is alive now: connections by the line that opened them, tasks, threads."""
        gc.collect()
        tasks = self._runner.run(_tasks())
        threads = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
        lasting = [t.name for t in threading.enumerate()
                   if not t.daemon and t is not threading.main_thread()]  # fmt: skip
        return {"connections": sorted(self._ledger.open.values()), "tasks": sorted(tasks),
                "threads": sorted(threads), "lasting_threads": sorted(lasting)}  # fmt: skip


async def _tasks() -> list[str]:
    await asyncio.sleep(0)
    mine = asyncio.current_task()
    return [str(task.get_coro()) for task in asyncio.all_tasks() if task is not mine]


def main() -> None:
    """Obey the commands on standard input until it ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger())
        address = os.environ.get("CONTRACT_REDIRECT")
        if address:
            stack.enter_context(Redirected(leading_to(make_url(address))))
        runner = stack.enter_context(asyncio.Runner())
        child = Child(runner, ledger, lambda answer: _ask(channel, answer))
        for line in sys.stdin:
            _say(channel, child.obey(json.loads(line)))


def _say(channel: TextIO, answer: Answer) -> None:
    channel.write(json.dumps(answer) + "\n")
    channel.flush()


def _ask(channel: TextIO, answer: Answer) -> str:
    """Say something in the midst of a command and wait for the reply."""
    _say(channel, answer)
    return sys.stdin.readline()


if __name__ == "__main__":
    main()
