"""The far end of a `SubprocessApp`: run as a program, it starts apps and says what happened.

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ...instruments.alias_use import AliasUse
from ...instruments.barrier import Barrier, Trace
from ...instruments.confined import Confined
from ...instruments.confinement import Children, confined_here
from ...instruments.environment_reads import EnvironmentReads
from ...instruments.exchange import Request
from ...instruments.recorder import Recorder
from ...instruments.spawned import Spawned
from ...rules.violation import Elsewhere, UsageError
from ..migrations.acts import MigrationsActs
from ..transports.asgi import AsgiTransport
from ..transports.home import require_no_stray
from ..transports.lifespan import LifespanFailed
from ..transports.locate import locate, reason_of
from ..watchdog import Watchdog
from .configuration import pool_of_engine, settings_fields, shown_settings

Reply = dict[str, Any]

SETTLING = 1.0
"""Seconds that what was told to end gets to do so before it counts as lasting."""

# Threads of such names wait for more work, and go with their pool.
POOLED = ("asyncio_", "AnyIO worker", "ThreadPoolExecutor")


@dataclass(frozen=True)
class Observed:
    """The instruments of this interpreter."""

    recorder: Recorder
    spawned: Spawned
    reads: EnvironmentReads
    use: AliasUse


class Child:
    """Carries out one command after the other, all on one event loop."""

    def __init__(
        self,
        runner: asyncio.Runner,
        observed: Observed,
        channel: TextIO,
        confined: Confined | None,
    ) -> None:
        self._runner = runner
        self._observed = observed
        self._recorder = observed.recorder
        self._confined = confined
        self._channel = channel
        self._transports: list[AsgiTransport] = []
        self._name = ""
        self._roots: tuple[Path, ...] = ()

    def obey(self, command: dict[str, Any]) -> Reply:
        """Do one thing. The app's failures are answers, not errors."""
        acts: dict[str, Callable[[dict[str, Any]], Reply]] = {
            "import": self._import,
            "gate": self._gate,
            "trace": self._trace,
            "begin": self._begin,
            "make": self._make,
            "migrations": self._migrations,
            "start": self._start,
            "request": self._request,
            "stop": self._stop,
            "census": self._census,
            "processes": self._processes,
            "set": self._set,
            "variables": self._variables,
            "statements": self._statements,
            "engines": self._engines,
        }
        try:
            return {"ok": True} | acts[command["act"]](command)
        except (UsageError, LifespanFailed) as error:
            return {"ok": False, "error": str(error)} | self._elsewhere()
        except SystemExit as error:  # of a task that nobody awaits: asyncio lets it through
            told = f"a task of the app ended the process by {reason_of(error)}"
            return {"ok": False, "error": told} | self._elsewhere()

    def _elsewhere(self) -> Reply:
        """Say that the service went elsewhere: the reason for whatever failed."""
        try:
            if self._confined is not None:
                require_no_stray(self._confined)
        except Elsewhere as error:
            return {"elsewhere": str(error)}
        return {}

    def _import(self, command: dict[str, Any]) -> Reply:
        self._name = command["app"]
        self._roots = tuple(Path(root) for root in command["roots"])
        located = locate(self._name, self._roots)
        taken = sorted(
            {event.where for event in self._recorder.outside if event.kind == "checkout"}
        )
        return {"factory": located.is_factory, "taken": taken}

    def _gate(self, command: dict[str, Any]) -> Reply:
        # Never left, like the trace: both hold for whatever this process still does.
        Barrier(command["before"], self._consult).__enter__()
        return {}

    def _trace(self, command: dict[str, Any]) -> Reply:
        Trace(self.say).__enter__()
        return {}

    def _begin(self, command: dict[str, Any]) -> Reply:
        """Import, make and start in one go."""
        answer = self._import(command) | self._make(command)
        return answer | self._start(answer)

    def _make(self, command: dict[str, Any]) -> Reply:
        made = locate(self._name, self._roots).make()
        self._transports.append(AsgiTransport(made, self._recorder, confined=self._confined))
        return {"app": len(self._transports) - 1}

    def _migrations(self, command: dict[str, Any]) -> Reply:
        """Act on the migrations in a thread: most files env.py run a loop of their own."""
        acts = MigrationsActs(command, self.say, self._observed.reads)
        return self._runner.run(asyncio.to_thread(acts.obey)) | self._elsewhere()

    def _start(self, command: dict[str, Any]) -> Reply:
        self._runner.run(self._transports[command["app"]].start())
        return {"held": [loan.where for loan in self._recorder.outstanding(None)]}

    def _request(self, command: dict[str, Any]) -> Reply:
        headers = tuple((name, value) for name, value in command["headers"])
        request = Request(command["method"], command["target"], headers, command["body"].encode())
        exchange = self._runner.run(self._transports[command["app"]].exchange(request))
        return {
            "status": exchange.status,
            "body": exchange.text,
            "headers": [list(pair) for pair in exchange.headers],
            "raised": exchange.raised,
            "complete": exchange.complete,
            "held": list(map(str, exchange.held)),
        }

    def _stop(self, command: dict[str, Any]) -> Reply:
        transport = self._transports[command["app"]]
        transport.stop_limit = command.get("limit", transport.stop_limit)
        self._runner.run(transport.stop())
        return {}

    def _census(self, command: dict[str, Any]) -> Reply:
        """Return what is alive now: connections by the line that opened them, tasks, threads."""
        # What is in a cycle that nobody holds is not alive.
        gc.collect()
        tasks = self._runner.run(_lasting_tasks())
        return {
            "connections": sorted(self._recorder.open.values()),
            "tasks": sorted(map(_name_of, tasks)),
            "database_tasks": sorted(
                _name_of(task) for task in tasks if task in self._recorder.tasks
            ),
            "threads": _lasting_threads(),
            "by_alias": sorted(
                where
                for number, where in self._recorder.open.items()
                if self._observed.use.numbers.get(number)
            ),
        }

    def _set(self, command: dict[str, Any]) -> Reply:
        """Change the environment; what is said of engines from now on is of later ones."""
        os.environ.update(command["variables"])
        self._observed.use.engines.clear()
        return {}

    def _variables(self, command: dict[str, Any]) -> Reply:
        return {"names": sorted(self._observed.reads.names | settings_fields())}

    def _statements(self, command: dict[str, Any]) -> Reply:
        return {"statements": self._observed.use.take()}

    def _engines(self, command: dict[str, Any]) -> Reply:
        engines = list(self._observed.use.engines.items())
        return {
            "engines": [pool_of_engine(engine, by_alias) for engine, by_alias in engines],
            "settings": shown_settings(),
            "has_password": any(
                engine.url.password == command["password"] for engine, _ in engines
            ),
        }

    def _processes(self, command: dict[str, Any]) -> Reply:
        """Return the processes of the app that run now."""
        can_be_watched = hasattr(os, "pidfd_open")
        found = self._observed.spawned.running if can_be_watched else ()
        return {"processes": [{"pid": one.process.pid, "words": str(one)} for one in found]}

    # -- the channel

    def say(self, answer: Reply) -> None:
        """Write a line to whoever gave the command."""
        self._channel.write(json.dumps(answer) + "\n")
        self._channel.flush()

    def _consult(self, answer: Reply) -> str:
        """Say something in the midst of a command and wait for the reply."""
        self.say(answer)
        return sys.stdin.readline()


async def _lasting_tasks() -> set[asyncio.Task[Any]]:
    """The tasks that do not end by themselves within a moment."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks:
        _, tasks = await asyncio.wait(tasks, timeout=SETTLING)
    return tasks


def _name_of(task: asyncio.Task[Any]) -> str:
    return str(getattr(task.get_coro(), "__qualname__", task))


def _lasting_threads() -> list[str]:
    """The threads that do not end by themselves, nor with the process; pools come and go."""
    mine = threading.main_thread()
    threads = [t for t in threading.enumerate() if t is not mine and not t.daemon]
    for thread in threads:
        if not thread.name.startswith(POOLED):
            thread.join(SETTLING)
    return sorted(t.name for t in threads if t.is_alive() and not t.name.startswith(POOLED))


def main() -> None:
    """Obey the commands on standard input until it ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with ExitStack() as stack:
        recorder = stack.enter_context(Recorder())
        reads, use = stack.enter_context(EnvironmentReads()), stack.enter_context(AliasUse())
        confined = confined_here()
        if confined is not None:
            stack.enter_context(confined)
            stack.enter_context(Children())
        # The last one, so that what calls it is whoever starts a process.
        observed = Observed(recorder, stack.enter_context(Spawned()), reads, use)
        watchdog = stack.enter_context(Watchdog(lambda line: print(line, file=sys.stderr)))  # noqa: T201 - to whoever reads what the child said
        runner = stack.enter_context(asyncio.Runner())
        watchdog.follow(runner.get_loop())
        child = Child(runner, observed, channel, confined)
        for line in sys.stdin:
            child.say(child.obey(json.loads(line)))
    gc.freeze()  # the last collection of an interpreter takes longer than all its requests


if __name__ == "__main__":
    main()
