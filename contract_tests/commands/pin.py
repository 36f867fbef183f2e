"""`contract-tests pin`: the interface of a service, written down to be agreed on."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..runner.watching import watch_pytest
from . import Command
from .run import hint_options, suite_arguments

FLAGS = ("--check", "--all")


def pin_interface(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Observe the interface of the app and write it, or tell what would change."""
    flags = [f"--pin-{flag}" for flag in ("check", "all") if getattr(asked, flag)]
    package = __package__.rpartition(".")[0]
    # Twice quiet: of pytest's own lines none is of interest where no test runs.
    plugin = ["-p", f"{package}.runner.pinning", "-qq", *flags]
    return watch_pytest([*suite_arguments(asked.app, rest), *plugin])


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", nargs="?", metavar="MODULE:ATTRIBUTE|URL", help="the app")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it would change")
    parser.add_argument("--all", action="store_true", help="pin what is not in the file as well")


def _own(words: Sequence[str]) -> int:
    """Take the app and the flags of this command; what follows is pytest's."""
    own = 0
    while own < len(words) and (words[own] in FLAGS or _is_app(words, own)):
        own += 1
    return own


def _is_app(words: Sequence[str], place: int) -> bool:
    return not words[place].startswith("-") and all(word in FLAGS for word in words[:place])


EPILOG = """\
example: contract-tests pin myservice.main:app

The file is contract.toml, or what --contract-interface FILE names; options of the contract and of
pytest may follow. In a file that exists, values change and nothing else does: a line that was
deleted stays so, until --all is asked for.
"""

COMMAND = Command(
    "write the interface of an app to contract.toml, from which later runs tell drift",
    pin_interface,
    _declare,
    own=_own,
    epilog=EPILOG,
    place=4,
    hint=hint_options,
)
