"""`contract-tests report`: what a report says, as the terminal showed it or in another format."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from ..reports.escaping import visible
from ..reports.files import ReportFiles, write_text
from ..reports.formats import report_formats
from ..reports.merging import read_runs
from ..reports.record import RunRecord
from ..reports.screen import screen_lines
from ..reports.summary import summary_lines
from ..reports.terminal import failure_texts, header_lines
from ..reports.trace import as_trace, traced_verdict
from ..rules.violation import UsageError
from . import Command


def print_report(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the text of a report, whole or not, or write it in other formats.

    The exit code is 0 if all in it was conformant.
    """
    try:
        runs = read_runs(asked.file)
        _require_other(asked.file, asked.reports.values())
        _write(ReportFiles(asked.reports, os.environ), runs)
        if asked.trace:
            _write_trace(runs, *asked.trace)
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    shown = () if asked.reports or asked.trace else runs
    for line in chain.from_iterable(_lines(run, is_whole=asked.all) for run in shown):
        print(visible(line))  # noqa: T201 - this is what the command is for
    return 0 if all(run.is_conformant for run in runs) else 1


def _require_other(source: Path, places: Iterable[Path]) -> None:
    """Raise `UsageError` if a file is to be written over the report, or two to one place."""
    places = [place.resolve() for place in places]
    if source.resolve() in places:
        raise UsageError(f"{source} is the report that is read: name another file to write to")
    if len(set(places)) < len(places):
        raise UsageError("two formats are to be written to one file: name a file for each")


def _write(files: ReportFiles, runs: Sequence[RunRecord]) -> None:
    """Write the files. Raises `UsageError` for the first that could not be."""
    for path, problem in files.write(runs):
        if problem:
            raise UsageError(f"{path} {problem}")


def _write_trace(runs: Sequence[RunRecord], name: str, out: str) -> None:
    """Write the timeline of a verdict. Raises `UsageError` if there is none, or no place for it."""
    text = as_trace(traced_verdict(runs, name))
    try:
        write_text(Path(out), text)
    except OSError as error:
        raise UsageError(f"{out} could not be written: {error}") from None


def _lines(run: RunRecord, *, is_whole: bool) -> Iterator[str]:
    yield from header_lines(run.facts)
    for text in failure_texts(run, is_whole=is_whole):
        yield from ("", text)
    yield ""
    yield from summary_lines(run) if is_whole else screen_lines(run)


class _File(argparse.Action):
    """Keeps the file of a format among those of all."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        namespace.reports = {**namespace.reports, self.dest: values}


def _declare(parser: argparse.ArgumentParser) -> None:
    words = "what --contract-report wrote, even of a run that did not end"
    parser.add_argument("file", metavar="FILE", type=Path, help=words)
    words = "write to OUT the timeline of a verdict, as trace events for Perfetto or speedscope"
    parser.add_argument("--trace", nargs=2, metavar=("RULE[:CASE]", "OUT"), help=words)
    whole = "tell every rule and the whole evidence, and not causes in one screen"
    parser.add_argument("--all", action="store_true", help=whole)
    parser.set_defaults(reports={})
    for name, made in report_formats().items():
        words = f"write to OUT {made.words}"
        parser.add_argument(
            f"--{name}",
            metavar="OUT",
            type=Path,
            action=_File,
            default=argparse.SUPPRESS,
            help=words,
        )


COMMAND = Command("what a report says, in words or in a file", print_report, _declare, place=5)
