"""`contract-tests demo`: a broken service that is caught, and the mended one that is not."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from ..reports.merging import read_runs
from ..reports.record import RunRecord
from ..reports.terminal import COMMAND as COPIED
from ..reports.terminal import verdict_lines
from ..rules.verdict import Outcome, Verdict
from ..rules.violation import UsageError
from . import KIT, Command

SHOP = KIT / "demo"
BROKEN, MENDED = "checkout", "mended"
SHOWN_BY = "SES-03"
AREAS_JUDGED = ("sessions", "crud", "errors")
GENERATING = "test_sessions_explored.py"
"""Left out: it takes longer than all else to send a shop what its document allows."""
WIDTH = 48
INTERRUPTED = 130
UNSET = ("CONTRACT_", "PYTEST_", "PYTHONWARNINGS")
"""The beginning of settings that are about a service of whoever types the command."""


@dataclass(frozen=True)
class Judging:
    """The contract on one of the shops, under way in an interpreter of its own."""

    report: Path
    child: subprocess.Popen[bytes]
    begun: float

    def wait(self) -> tuple[RunRecord, int]:
        """Return the record, and the seconds. `UsageError` is what came instead of verdicts."""
        printed, _ = self.child.communicate()
        seconds = max(1, round(time.monotonic() - self.begun))
        try:
            (run,) = read_runs(self.report)
        except UsageError:
            run = RunRecord.empty()
        if not run.decided:
            raise UsageError(printed.decode(errors="replace"))
        return run, seconds


def show_both(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Judge the broken shop and the mended one; the exit code is 0 if the first alone is caught."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as children:
        folder = Path(made)
        # A copy is judged: no line of the kit's own folder is ever told as one of a service.
        shutil.copytree(SHOP, folder / "shop", ignore=shutil.ignore_patterns("__pycache__"))
        trials = [_begin(folder, service, children) for service in (BROKEN, MENDED)]
        try:
            are_right = [_tell_broken(trials[0]), _tell_mended(trials[1])]
        except UsageError as error:
            print(f"not judged\n{error}", file=sys.stderr)  # noqa: T201
            return 1
        except KeyboardInterrupt:
            # A terminal has told them as well; whoever sent it to this process alone has not.
            for judging in trials:
                judging.child.terminate()
            return INTERRUPTED
    _say(["", f"next: {_command()} run yourpackage.main:app"])
    return 0 if all(are_right) else 1


def _begin(folder: Path, service: str, children: ExitStack) -> Judging:
    """Run pytest from a folder that is not the user's, with none of the user's settings."""
    report = folder / f"{service}.json"
    package = __package__.rpartition(".")[0]
    files = [str(path) for area in AREAS_JUDGED for path in sorted(_files_of(area))]
    command = [sys.executable, "-m", "pytest", *files, "-p", f"{package}.plugin"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    command += ["--contract-app", f"shop.{service}:app", "--contract-report", str(report)]
    environ = {n: value for n, value in os.environ.items() if not n.startswith(UNSET)} | {
        # Of the plug-ins that are installed, the demo needs none, and some would change it.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        # Python finds the kit from there too, which may be a copy in the user's folder.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    begun = time.monotonic()
    child = subprocess.Popen(  # noqa: S603 - every word of the command is our own
        [*command, "--contract-profile", "quick"],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Judging(report, children.enter_context(child), begun)


def _files_of(area: str) -> Iterator[Path]:
    found = (KIT / "suite").glob(f"test_{area}*.py")
    return (file for file in found if file.name != GENERATING)


def _tell_broken(judging: Judging) -> bool:
    """Tell what the broken shop was caught by, with its evidence; return whether it was that."""
    _announce("a shop that answers before it commits")
    run, seconds = judging.wait()
    found = {verdict.rule: verdict for verdict in reversed(run.of(Outcome.BROKEN))}
    word = "caught" if found else "NOT caught"
    places = [f"{rule}  {_place(verdict)}".rstrip() for rule, verdict in sorted(found.items())]
    _say([f"{word:<8} {', '.join((*places, f'{seconds} s'))}", ""])
    for verdict in found.values():
        _say([*(f"  {line}" for line in verdict_lines(verdict)), ""])
    return set(found) == {SHOWN_BY}


def _tell_mended(judging: Judging) -> bool:
    """Tell that the mended shop broke nothing, and what was mended; return whether it is so."""
    _announce("the same shop, mended")
    run, seconds = judging.wait()
    broken = sorted({verdict.rule for verdict in run.of(Outcome.BROKEN)})
    rules = f"{len({verdict.rule for verdict in run.decided})} rules"
    is_clean = run.is_conformant and not broken
    _say(
        [f"{'clean' if is_clean else 'NOT clean':<8} {', '.join((*broken, rules, f'{seconds} s'))}"]
    )
    _say(["", *(f"  {line}" for line in difference())])
    return is_clean


def difference() -> list[str]:
    """Return the lines of the broken checkout that were mended, as a diff without its heading."""
    before, after = (
        (SHOP / f"{name}.py").read_text(encoding="utf-8").split("\n\n\n")[1].splitlines()
        for name in (BROKEN, MENDED)
    )
    return list(unified_diff(before, after, n=2, lineterm=""))[3:]


def _place(verdict: Verdict) -> str:
    """Return the line of the service that the evidence points at."""
    marked = (event for request in verdict.requests for event in request.events if event.is_marked)
    return next((event.frame.partition(" in ")[0] for event in marked), "")


def _command() -> str:
    """Return how this command is called, in a copy too."""
    return "contract-tests" if COPIED.endswith(" contract_tests") else COPIED


def _announce(title: str) -> None:
    print(f"{title} ".ljust(WIDTH, "."), end=" ", flush=True)  # noqa: T201


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - this is what the command is for


COMMAND = Command(
    "a small broken service that is caught, and the mended one that is not, in seconds",
    show_both,
    place=0,
)
