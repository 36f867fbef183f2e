"""A page that shows everything in a report, in one file."""

from __future__ import annotations

from collections.abc import Sequence

from ..record import RunRecord
from . import ReportFormat


def _page_of(runs: Sequence[RunRecord]) -> str:
    # Every pytest run of a team reads the formats, and few of them write this one.
    from ..html_report.page import as_html

    return as_html(runs)


REPORT = ReportFormat("the whole report, as one page of HTML", _page_of)
