"""Several reports as one: those of a matrix side by side, and shards of one run joined."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..rules.profile import WHOLE
from ..rules.totals import Totals
from ..rules.verdict import Outcome, Verdict
from ..rules.violation import UsageError
from .json_report import FORMAT, as_json, from_json
from .partial import read_report
from .record import RunRecord, circumstances_of

WORST = (
    Outcome.ERROR,
    Outcome.BROKEN,
    Outcome.KNOWN,
    Outcome.UNDECIDED,
    Outcome.FIXED,
    Outcome.UPHELD,
    Outcome.NOT_APPLICABLE,
    Outcome.SKIPPED,
    Outcome.OFF,
)
"""Of several verdicts on one case by shards, the first of these counts."""


def read_runs(path: Path) -> tuple[RunRecord, ...]:
    """Read a report, or several in one file. Raises `UsageError` for what is none."""
    try:
        return _read(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no report of a contract: {error}") from None


def _read(path: Path) -> tuple[RunRecord, ...]:
    if path.exists():
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and "reports" in content:
            return tuple(map(from_json, content["reports"]))
    return (read_report(path),)


def merged_runs(runs: Iterable[RunRecord]) -> tuple[RunRecord, ...]:
    """Return the runs of a matrix, shards joined. Raises `UsageError` for what does not belong.

    All are of one app and one edition.
    """
    groups: dict[str, list[RunRecord]] = {}
    for run in runs:
        groups.setdefault(label_of(run), []).append(run)
    every = [run for group in groups.values() for run in group]
    for name, values in (
        ("apps", {run.settings.app for run in every}),
        ("editions", {run.settings.edition for run in every}),
    ):
        if len(values) > 1:
            raise UsageError(f"reports of different {name}: {', '.join(sorted(values))}")
    return tuple(_joined(label, group) for label, group in groups.items())


def label_of(run: RunRecord) -> str:
    """Return what tells a run of a matrix from the others."""
    around = circumstances_of(run)
    return f"{around['database'] or 'no database'}, Python {around['python']}, {around['profile']}"


def _joined(label: str, shards: Sequence[RunRecord]) -> RunRecord:
    """Join the shards of one run. Raises `UsageError` unless each is there once."""
    first = shards[0]
    names = sorted(run.settings.shard for run in shards)
    count = int(names[0].partition("/")[2])
    missing = [name for n in range(count) if (name := f"{n + 1}/{count}") not in names]
    if missing and count > 1:
        raise UsageError(f"{label}: without shard {', '.join(missing)}")
    if len(shards) != count:
        raise UsageError(f"{label}: {len(shards)} reports, and {count} expected: name each once")
    if count == 1:
        return first
    return RunRecord(
        replace(first.settings, shard=str(WHOLE)),
        first.facts,
        _added(shards),
        tuple(_worst(shards)),
        max(run.expected for run in shards),
        tuple(dict.fromkeys(fault for run in shards for fault in run.faults)),
    )


def _added(shards: Sequence[RunRecord]) -> Totals:
    """Add up the requests that were shared out; of everything else, each shard has done all."""
    generated: dict[str, int] = {}
    totals = Totals()
    for run in shards:
        totals |= run.totals
        for part, number in run.totals.generated.items():
            generated[part] = generated.get(part, 0) + number
    return replace(totals, generated=generated)


def _worst(shards: Sequence[RunRecord]) -> list[Verdict]:
    found: dict[tuple[str, str, str], Verdict] = {}
    for verdict in (verdict for run in shards for verdict in run.verdicts):
        key = (verdict.test, verdict.rule, verdict.case)
        known = found.setdefault(key, verdict)
        if WORST.index(verdict.outcome) < WORST.index(known.outcome):
            found[key] = verdict
    return list(found.values())


def as_merged_json(runs: Iterable[RunRecord]) -> dict[str, Any]:
    """Give several reports as one file: each keeps its settings and its database."""
    kit = {"name": "pytest-crud-contract", "version": __version__}
    return {"format": FORMAT, "kit": kit, "reports": [as_json(run) for run in runs]}
