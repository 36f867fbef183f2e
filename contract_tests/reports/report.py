"""The report as JSON; `report.schema.json` beside this file describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from .. import __version__
from ..verdict import Verdict


class Run(Protocol):
    """What a report is made from."""

    @property
    def verdicts(self) -> Sequence[Verdict]: ...  # noqa: D102
    @property
    def facts(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def expected(self) -> int: ...  # noqa: D102
    @property
    def disturbed(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def is_conformant(self) -> bool: ...  # noqa: D102


def report_of(run: Run) -> dict[str, Any]:
    """The whole report; a report without its footer was cut short and is invalid."""
    decided = sum(verdict.outcome.is_decided for verdict in run.verdicts)
    return {
        "kit": {"name": "pytest-crud-contract", "version": __version__},
        "service": run.facts.get("service", {}),
        "database": run.facts.get("database", {}),
        "capabilities": run.facts.get("capabilities", []),
        "disturbed": dict(run.disturbed),
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
