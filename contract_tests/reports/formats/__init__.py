"""The formats of a report: every module in this folder is one.

A format has the name of its module, which holds it as `REPORT`. The options of a run
(`--contract-NAME`) and of `contract-tests report` (`--NAME`) come from here, so a new format is one
file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..record import RunRecord

Renderer = Callable[[Sequence[RunRecord]], str]
"""Makes the text of a file of the runs in a report: one, or those of a merged one."""


@dataclass(frozen=True)
class ReportFormat:
    """One format of a report.

    `words` say what is written, and follow "write to FILE". `by_suffix` has renderers for files by
    the end of their names.
    """

    words: str
    render: Renderer
    by_suffix: Mapping[str, Renderer] = field(default_factory=dict)

    def text_for(self, path: Path, runs: Sequence[RunRecord]) -> str:
        """Give what is to be written into a file of this name."""
        return self.by_suffix.get(path.suffix, self.render)(runs)


@cache
def report_formats() -> Mapping[str, ReportFormat]:
    """Import every module of this folder, and give their formats by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").REPORT for name in names}
