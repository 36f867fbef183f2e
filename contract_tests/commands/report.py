"""`contract-tests report`: what a report says, as the terminal showed it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from ..reports.merging import read_runs
from ..reports.record import RunRecord
from ..reports.screen import screen_lines
from ..reports.summary import summary_lines
from ..reports.terminal import failure_texts, header_lines
from ..rules.violation import UsageError
from . import Command


def print_report(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the text of a report, whole or not. The exit code is 0 if all in it was conformant."""
    try:
        runs = read_runs(asked.file)
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    for line in chain.from_iterable(_lines(run, is_whole=asked.all) for run in runs):
        print(line)  # noqa: T201 - this is what the command is for
    return 0 if all(run.is_conformant for run in runs) else 1


def _lines(run: RunRecord, *, is_whole: bool) -> Iterator[str]:
    yield from header_lines(run.facts)
    for text in failure_texts(run, is_whole=is_whole):
        yield from ("", text)
    yield ""
    yield from summary_lines(run) if is_whole else screen_lines(run)


def _declare(parser: argparse.ArgumentParser) -> None:
    words = "what --contract-report wrote, even of a run that did not end"
    parser.add_argument("file", metavar="FILE", type=Path, help=words)
    whole = "tell every rule and the whole evidence, and not causes in one screen"
    parser.add_argument("--all", action="store_true", help=whole)


COMMAND = Command("what a report says, in words", print_report, _declare, place=5)
