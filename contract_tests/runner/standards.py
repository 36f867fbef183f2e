"""The standards of a run: its edition, its switches, its baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ..reports.baseline import USUAL_NAME, Baseline
from ..reports.baseline_reading import baseline_text, read_entries
from ..reports.record import RunRecord
from ..rules.editions import NEWEST, Edition
from ..rules.findings import finding_names
from ..rules.own import OWN
from ..rules.switch import METHODS, Switches, plain_operation
from ..rules.verdict import Verdict
from ..rules.violation import UsageError
from .option_values import suggestion
from .options import Options

NO_BASELINE = Path("none")
"""The name of no file: a run that is to take no baseline, even if there is one."""


@dataclass(frozen=True)
class Standards:
    """The edition, the switches and the baseline of a run."""

    edition: Edition
    switches: Switches
    baseline: Baseline

    def settled(
        self, verdict: Verdict, roles: Mapping[str, str], circumstances: Mapping[str, str]
    ) -> Verdict:
        """Return a verdict with the names of its findings, at its level, off or known."""
        # An edition is of the kit's rules: those of the team have the level they were given.
        level = verdict.level if verdict.rule in OWN else str(self.edition.level_of(verdict.rule))
        names = finding_names(verdict.findings, verdict.case)
        verdict = self.switches.settled(replace(verdict, level=level, findings=names), roles)
        return self.baseline.listed(verdict, circumstances)

    def ended(self, run: RunRecord) -> RunRecord:
        """Return a run with what is only known at its end."""
        return self.baseline.settled(run)

    def require_known(self, operations: Iterable[str]) -> None:
        """Raise `UsageError` if a switch names an operation that the service does not have."""
        known = {plain_operation(operation): operation for operation in operations}
        for each in (*self.switches.off, *self.switches.levels):
            is_request = each.operation.partition(" ")[0] in METHODS
            if is_request and plain_operation(each.operation) not in known:
                key = "levels" if each.level else "off"
                near = suggestion(each.operation, sorted(known.values()))
                raise UsageError(
                    f"--contract-{key} (contract_{key}): the service has no {each.operation}{near}"
                )


def standards_of(config: pytest.Config, options: Options) -> Standards:
    """Return what the options ask for. Raises `UsageError` for a baseline that cannot be read."""
    path, today = baseline_file(config, options), datetime.now(UTC).date()
    entries = () if path is None else read_entries(baseline_text(path), path.name)
    switches = Switches(options.off, options.levels)
    return Standards(options.edition or NEWEST, switches, Baseline(entries, today))


def baseline_file(config: pytest.Config, options: Options) -> Path | None:
    """Return the file of known findings: the one that was named, or the usual one if it exists."""
    if options.baseline == NO_BASELINE:
        return None
    if options.baseline is None:
        ini = config.inipath
        # The command names /dev/null where a project has no settings.
        usual = (ini.parent if ini and ini.is_file() else config.rootpath) / USUAL_NAME
        return usual if usual.is_file() else None
    beside = config.rootpath / options.baseline
    return beside if beside.is_file() else options.baseline
