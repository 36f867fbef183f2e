"""Run pytest and do not believe it: its exit code counts if its closing record says the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .closing_record import VARIABLE, ClosingRecord
from .terminating import handed_on

ENDING = 30.0
"""Seconds that pytest gets to undo what it has made once Ctrl-C was pressed."""


def run_pytest(arguments: Sequence[str]) -> int:
    """Run pytest in an interpreter of its own: in this one the plug-in is imported too early."""
    return subprocess.call(_command(arguments))  # noqa: S603 - our own interpreter


def watch_pytest(arguments: Sequence[str]) -> int:
    """Run pytest. Its exit code counts if the record agrees; else it is red, and a line says so."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "closing"
        code = _ended(_command(arguments), os.environ | {VARIABLE: str(path)})
        record = ClosingRecord.read(path)
    verdict = _red(code)
    # A red end before the contract has begun is told by pytest itself.
    if code == record.code or (code > 0 and not record.place):
        return code
    if not record.is_told:
        print(f"contract: {_line(code, record)}, exit code {verdict}", file=sys.stderr)  # noqa: T201
    return verdict


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


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


def _line(code: int, record: ClosingRecord) -> str:
    what = f"signal {_signal(-code)}" if code < 0 else f"an end with exit code {code}"
    if record.code is not None:
        return f"{what} came after the run had closed with {record.code}: it failed"
    return f"{what} cut the run short while {record.place or 'pytest was getting ready'}: it failed"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
