"""`contract-tests merge`: the reports of a matrix, or of the shards of a run, as one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..reports.json_report import as_json, write_report
from ..reports.merging import as_merged_json, label_of, merged_runs, read_runs
from ..rules.violation import UsageError
from . import Command


def write_merged(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Write one report of several. The exit code is 0 if every run in it was conformant."""
    try:
        runs = merged_runs(run for file in asked.files for run in read_runs(file))
        is_one = len(runs) == 1
        write_report(asked.output, as_json(runs[0]) if is_one else as_merged_json(runs))
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except OSError as error:
        print(f"{asked.output} cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    for run in runs:
        word = "conformant" if run.is_conformant else "NOT conformant"
        print(f"{label_of(run)}: {word}")  # noqa: T201 - this is what the command is for
    return 0 if all(run.is_conformant for run in runs) else 1


def _declare(parser: argparse.ArgumentParser) -> None:
    words = "reports of one app and one edition"
    parser.add_argument("files", metavar="REPORT.json", nargs="+", type=Path, help=words)
    words = "where to write (default: %(default)s)"
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, default="contract-report.json", help=words
    )


COMMAND = Command(
    "one report of a matrix, or of the shards of a run", write_merged, _declare, place=8
)
