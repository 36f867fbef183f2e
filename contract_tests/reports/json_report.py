"""The report as JSON, and back; `report.schema.json` beside this file describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import __version__
from ..rules.switch import Switch
from ..rules.totals import Totals
from ..rules.verdict import from_row
from .record import RunRecord, Settings

FORMAT = 2
"""The version of the report's form: a reader that knows it can read every report of that number."""


def as_json(run: RunRecord) -> dict[str, Any]:
    """Give the whole report; one without its footer was cut short and is invalid."""
    return {
        "format": FORMAT,
        "kit": {"name": "pytest-crud-contract", "version": __version__},
        "settings": asdict(run.settings),
        "facts": dict(run.facts),
        "totals": asdict(run.totals),
        "verdicts": [verdict.as_row() for verdict in run.verdicts],
        "footer": {
            "expected": run.expected,
            "decided": len(run.decided),
            "faults": list(run.faults),
            "conformant": run.is_conformant,
        },
    }


def from_json(report: Mapping[str, Any]) -> RunRecord:
    """Give the run that a report tells of. Raises `ValueError` for another format."""
    if report.get("format") != FORMAT:
        raise ValueError(f"a report of format {report.get('format')}, and not of {FORMAT}")
    footer = report["footer"]
    return RunRecord(
        settings=_settings(report["settings"]),
        facts=report["facts"],
        totals=Totals(**report["totals"]),
        verdicts=tuple(from_row(row) for row in report["verdicts"]),
        expected=footer["expected"],
        faults=tuple(footer["faults"]),
    )


def _settings(row: Mapping[str, Any]) -> Settings:
    switches = {name: tuple(Switch(**each) for each in row[name]) for name in ("off", "levels")}
    return Settings(**{**row, **switches})


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    """Write the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    # Half a character, as a service may answer, becomes the escape that JSON has for it.
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
