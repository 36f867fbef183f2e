"""`contract-tests run`: the suite on an app."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap

from ..runner.dropped import DROPPED
from ..runner.node_ids import found_in_suite
from ..runner.options import SETTINGS
from ..runner.project_settings import settings_file
from ..runner.watching import run_pytest, watch_pytest
from . import KIT, Command

WIDTH = 96
INDENT = " " * 6


def judge_app(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run the suite on the app, or on the one that the settings name."""
    arguments = suite_arguments(asked.app, rest)
    # Asked for its version, pytest loads no plug-in that could keep a record.
    is_version = {"-V", "--version"} & set(rest)
    return run_pytest(arguments) if is_version else watch_pytest(arguments)


def suite_arguments(app: str | None, rest: Sequence[str]) -> list[str]:
    """Return the words with which pytest runs the suite, by the settings of the project."""
    named = ["--contract-app", app] if app else []
    settings = _settings_of(Path.cwd()) if "-c" not in rest else []
    # The plug-in's own name: harmless where the entry point has loaded it, needed in a copy.
    plugin = ["-p", f"{__package__.rpartition('.')[0]}.plugin"]
    words = [found_in_suite(word, Path.cwd()) for word in rest]
    whole = [str(KIT / "suite")] if words == [*rest] else []
    return [*whole, *plugin, *settings, *_asides(), *named, *words]


def _settings_of(folder: Path) -> list[str]:
    """The settings of the project that one is in: pytest would look for those beside the suite."""
    found = settings_file(folder)
    place = found.parent if found else folder
    return ["-c", str(found or os.devnull), "--rootdir", str(place)]


def _asides() -> list[str]:
    """Answer what pytest-asyncio asks of every project, and pytest on what is found at the end.

    No test of the suite has a loop, and an error that the service drops is none of pytest.
    """
    is_there = find_spec("pytest_asyncio") is not None
    loops = ["-o", "asyncio_default_fixture_loop_scope=function"] if is_there else []
    return [*loops, *(word for name in DROPPED for word in ("-W", f"default::pytest.{name}"))]


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:ATTRIBUTE|URL",
        help="the app, its factory, or where it runs",
    )


def hint_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the contract for whoever completes words; pytest takes them."""
    for setting in SETTINGS:
        if setting.kind == "flag":
            parser.add_argument(setting.flag, action="store_true", help=setting.help)
        else:
            kind = Path if "FILE" in setting.metavar.split("|") else str
            parser.add_argument(setting.flag, metavar=setting.metavar, type=kind, help=setting.help)


def _own(words: Sequence[str]) -> int:
    """Take the app; what follows it is pytest's."""
    return 1 if words and not words[0].startswith("-") else 0


def _epilog() -> str:
    """Give an example, and every option of the contract with the first words about it."""
    lines = [
        "example: contract-tests run myservice.main:app --contract-database postgresql",
        "",
        "options of the contract, which may follow (docs/options.md says more), as may pytest's:",
    ]
    for setting in SETTINGS:
        words = f"{setting.help} (default: {setting.default})" if setting.default else setting.help
        head = f"  {setting.flag} {setting.metavar}".rstrip()
        lines += [head, *wrap(words, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)]
    return "\n".join(lines)


COMMAND = Command(
    "judge an app; pytest's own options may follow",
    judge_app,
    _declare,
    own=_own,
    epilog=_epilog(),
    place=1,
    hint=hint_options,
)
