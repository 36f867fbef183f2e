"""Run pytest and do not believe it: its exit code counts if its closing record says the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .closing import VARIABLE
from .terminating import handed_on

ENDING = 30.0
"""Seconds that pytest gets to undo what it has made once Ctrl-C was pressed."""


@dataclass(frozen=True)
class Record:
    """The record of a run: its last place, the code it decided, whether it told of its end."""

    place: str = ""
    code: int | None = None
    is_told: bool = False

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read the record; what is not in it was not written."""
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        lines = [line.partition(" ") for line in text.splitlines()]
        places = [rest for word, _, rest in lines if word == "at"]
        codes = [int(rest) for word, _, rest in lines if word == "closed"]
        is_told = any(word == "told" for word, _, _ in lines)
        return cls(places[-1] if places else "", codes[-1] if codes else None, is_told)


def watched(command: Sequence[str]) -> int:
    """Run pytest. Its exit code counts if the record agrees; else it is red, and a line says so."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "closing"
        code = _ended(command, os.environ | {VARIABLE: str(path)})
        record = Record.read(path)
    verdict = _red(code)
    if code == record.code or (code > 0 and not record.place):
        return code
    if not record.is_told:
        print(f"contract: {_line(code, record)}, exit code {verdict}", file=sys.stderr)  # noqa: T201
    return verdict


def _ended(command: Sequence[str], environ: dict[str, str]) -> int:
    """Wait for the command's end. A terminal sends Ctrl-C to it as well: it ends by itself."""
    # Every word of the command is our own.
    with subprocess.Popen(command, env=environ) as child, handed_on(child):  # noqa: S603
        try:
            return child.wait()
        except KeyboardInterrupt:
            return _interrupted(child)


def _interrupted(child: subprocess.Popen[bytes]) -> int:
    try:
        return child.wait(ENDING)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        return child.wait()


def _red(code: int) -> int:
    """The code for a run that failed: as a shell has it for a signal."""
    return 128 - code if code < 0 else code or 1


def _line(code: int, record: Record) -> str:
    what = f"signal {_signal(-code)}" if code < 0 else f"an end with exit code {code}"
    if record.code is not None:
        return f"{what} came after the run had closed with {record.code}: it failed"
    return f"{what} cut the run short while {record.place or 'pytest was getting ready'}: it failed"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
