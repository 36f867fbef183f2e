"""The report as JSON; `report.schema.json` beside this file describes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import __version__
from .run import Run


def report_of(run: Run) -> dict[str, Any]:
    """The whole report; a report without its footer was cut short and is invalid."""
    decided = sum(verdict.outcome.is_decided for verdict in run.verdicts)
    return {
        "kit": {"name": "pytest-crud-contract", "version": __version__},
        "service": run.facts.get("service", {}),
        "database": run.facts.get("database", {}),
        "capabilities": run.facts.get("capabilities", []),
        "disturbed": dict(run.disturbed),
        "generated": {part: requests for part, (requests, _) in run.generated.items()},
        "played": dict(run.played),
        "verdicts": [verdict.as_row() for verdict in run.verdicts],
        "footer": {
            "expected": run.expected,
            "decided": decided,
            "conformant": run.is_conformant,
        },
    }


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write the report as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
