"""`contract-tests diff`: what is other in a newer report than in an older one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..reports.comparing import Change, change_lines, changes_between, is_regression
from ..reports.files import write_text
from ..reports.merging import read_runs
from ..rules.violation import UsageError
from . import Command


def print_changes(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the differences, or write them as a page.

    The exit code is 1 if something got worse or appeared.
    """
    try:
        found = changes_between(read_runs(asked.old), read_runs(asked.new))
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    if asked.html is not None:
        return _write(asked.html, found, (asked.old.name, asked.new.name))
    for line in change_lines(found):
        print(line)  # noqa: T201 - this is what the command is for
    return 1 if is_regression(found) else 0


def _write(path: Path, found: Sequence[Change], names: tuple[str, str]) -> int:
    from ..reports.html_report.changes_page import changes_as_html

    try:
        write_text(path, changes_as_html(found, *names))
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    return 1 if is_regression(found) else 0


def _declare(parser: argparse.ArgumentParser) -> None:
    for name in ("old", "new"):
        words = "what --contract-report or `merge` wrote"
        parser.add_argument(name, metavar=f"{name.upper()}.json", type=Path, help=words)
    words = "write the differences to OUT, as one page of HTML"
    parser.add_argument("--html", metavar="OUT", type=Path, help=words)


COMMAND = Command(
    "what got worse, better, appeared, vanished between two reports",
    print_changes,
    _declare,
    place=7,
)
