"""`contract-tests baseline`: the file of the findings that a team knows of."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..reports.baseline import USUAL_NAME, Baseline, judged_by
from ..reports.baseline_reading import baseline_text, problems_in, read_entries
from ..reports.baseline_writing import (
    findings_in,
    to_prune,
    unreasoned,
    with_findings,
    without_cases,
)
from ..reports.merging import read_runs
from ..reports.record import RunRecord
from ..rules.verdict import Outcome
from ..rules.violation import UsageError
from ..runner.project_settings import settings_file, value_of
from . import Command
from .run import judge_app

FROM, FILE = "--from", "--contract-baseline"
WITHOUT = ("-q", "--tb=no", "--no-summary")
"""Words for pytest: what is broken is in the file."""


def keep_baseline(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Carry out one of the four acts on the file."""
    try:
        path, words = _file_of(list(rest))
        return ACTS[asked.action](path, lambda: _runs(asked, words))
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


Runs = Callable[[], tuple[RunRecord, ...]]
"""Gives the runs that are asked for, and makes one if there is none."""


def create(path: Path, runs: Runs) -> int:
    """Write the file from what is red now."""
    if path.exists():
        raise UsageError(f"{path} exists: `contract-tests baseline update` adds to it")
    return _add(path, "", runs())


def update(path: Path, runs: Runs) -> int:
    """Add what is red and not listed yet."""
    return _add(path, baseline_text(path), runs())


def prune(path: Path, runs: Runs) -> int:
    """Take out what is kept again, and what no test has met."""
    text = baseline_text(path)
    baseline = _baseline(text, path)
    gone = to_prune(baseline, runs())
    for (place, case), standing in gone.items():
        print(f"taken out: {baseline.entries[place]} in {case}: {standing.value}")  # noqa: T201
    if gone:
        path.write_text(without_cases(text, gone), encoding="utf-8")
    left = len(read_entries(path.read_text(encoding="utf-8"), path.name))
    print(f"{path}: {_count(len(gone), 'case')} taken out, {_entries(left)} left")  # noqa: T201
    return 0


def check(path: Path, runs: Runs) -> int:
    """Tell what is malformed or expired, and what the reports say to be fixed or new."""
    text = baseline_text(path)
    problems = list(problems_in(text, path.name))
    if not problems:
        problems += _problems(_baseline(text, path), runs())
    for line in problems:
        print(line)  # noqa: T201
    count = _entries(len(read_entries(text, path.name))) if not problems else "not as it should be"
    print(f"{path}: {count}")  # noqa: T201
    return 1 if problems else 0


ACTS: Mapping[str, Callable[[Path, Runs], int]] = {
    "create": create,
    "update": update,
    "prune": prune,
    "check": check,
}


def _add(path: Path, text: str, runs: tuple[RunRecord, ...]) -> int:
    made, count = with_findings(text, findings_in(runs))
    baseline = _baseline(made, path)
    path.write_text(made, encoding="utf-8")
    rules = {entry.rule for entry in baseline.entries}
    print(  # noqa: T201
        f"{path}: {_count(count, 'entry', 'entries')} added or longer, "
        f"{_entries(len(baseline.entries))} of {_count(len(rules), 'rule')}"
    )
    waiting = len(unreasoned(baseline.entries))
    if waiting:
        print(f"give a reason to {_entries(waiting)}, in place of TODO")  # noqa: T201
    judged = [judged_by(baseline, run) for run in runs]
    for line in dict.fromkeys(line for run in judged for line in _still_red(run)):
        print(f"still red: {line}")  # noqa: T201
    return 0 if all(run.is_conformant for run in judged) else 1


def _still_red(run: RunRecord) -> Iterator[str]:
    """Give what no entry can make green: what the kit or the time has kept from being decided."""
    for verdict in run.verdicts:
        if verdict.is_red_at(run.level):
            yield f"{verdict.rule} {verdict.case}: {verdict.verdict}: {verdict.reason}"
    if not run.decided:
        yield "not one rule was decided"
    if run.missing:
        yield f"{_count(run.missing, 'test')} without a verdict"
    yield from run.faults


def _problems(baseline: Baseline, runs: tuple[RunRecord, ...]) -> Iterator[str]:
    for entry in baseline.entries:
        if entry.has_expired(baseline.today):
            yield f"expired on {entry.expires}: {entry}"
    for (place, case), standing in to_prune(baseline, runs).items():
        yield f"{standing.value}: {baseline.entries[place]} in {case}"
    for run in runs:
        for verdict in judged_by(baseline, run).of(Outcome.BROKEN):
            if verdict.is_red_at(run.level):
                yield f"{verdict.rule} in {verdict.case}: {verdict.reason or 'not listed'}"


def _runs(asked: argparse.Namespace, words: list[str]) -> tuple[RunRecord, ...]:
    """Read the reports that were named, or judge the app."""
    if asked.reports or asked.action == "check":
        return tuple(run for file in asked.reports for run in read_runs(Path(file)))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        mine = [FILE, "none", "--contract-report", str(report)]
        code = judge_app(asked, [*WITHOUT, *words, *mine])
        if not report.exists():
            raise UsageError(f"the contract was not judged: pytest ended with exit code {code}")
        return read_runs(report)


def _file_of(words: list[str]) -> tuple[Path, list[str]]:
    """Return the file, from wherever the option has its value, and the words without it."""
    left, named = [], ""
    while words:
        word = words.pop(0)
        if word == FILE and words:
            named = words.pop(0)
        elif word.startswith(f"{FILE}="):
            named = word.partition("=")[2]
        else:
            left.append(word)
    here = Path.cwd()
    settings = settings_file(here)
    told = named or os.environ.get("CONTRACT_BASELINE")
    if told:
        return Path(told), left
    path = (settings.parent if settings else here) / (
        value_of(settings, "contract_baseline") or USUAL_NAME
    )
    return path.relative_to(here) if path.is_relative_to(here) else path, left


def _baseline(text: str, path: Path) -> Baseline:
    return Baseline(read_entries(text, path.name), datetime.now(UTC).date())


def _entries(number: int) -> str:
    return _count(number, "entry", "entries")


def _count(number: int, noun: str, several: str = "") -> str:
    return f"{number} {noun if number == 1 else several or f'{noun}s'}"


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=[*ACTS])
    words = "a report to take the findings from, instead of a run; repeatable"
    parser.add_argument(
        FROM, dest="reports", action="append", default=[], metavar="FILE", help=words
    )
    parser.add_argument("app", nargs="?", metavar="MODULE:ATTRIBUTE|URL", help="as of `run`")


def _own(words: Sequence[str]) -> int:
    """Take the act, the reports and the app; what follows is pytest's."""
    own = 1
    while own < len(words) and words[own].partition("=")[0] == FROM:
        own += 1 if "=" in words[own] else 2
    has_app = own < len(words) and not words[own].startswith("-")
    return min(own + has_app, len(words))


EPILOG = """\
create writes the file from what is red now, update adds what is new, prune takes out what is kept
again, check tells what is wrong with the file. The app is judged for that, by the options that
follow, unless reports are named; check judges nothing. --contract-baseline names another file.
"""

COMMAND = Command(
    "keep a list of the findings that are known",
    keep_baseline,
    _declare,
    own=_own,
    epilog=EPILOG,
    place=6,
)
