"""The commands of `contract-tests`: every module in this folder is one.

A command has the name of its module, which holds it as `COMMAND`; `__main__` finds it there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

KIT = Path(__file__).resolve().parent.parent
LAST = 100


@dataclass(frozen=True)
class Command:
    """One command: its line in the help, its arguments, and the function that carries it out.

    `act` gets what was parsed and the words that are left for pytest, and returns the exit code.
    `own` tells how many words behind the command's name are its own; where help is asked for, all
    are. `place` is its place in the help; of two with the same, the name decides. `hint` declares
    words that a shell completes though the command does not take them itself, such as pytest's.
    """

    help: str
    act: Callable[[argparse.Namespace, Sequence[str]], int]
    declare: Callable[[argparse.ArgumentParser], object] = lambda _: None
    own: Callable[[Sequence[str]], int] = len
    epilog: str | None = None
    place: int = LAST
    hint: Callable[[argparse.ArgumentParser], object] = lambda _: None


def declare_own_rules(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names the modules of a team's own rules."""
    parser.add_argument(
        "--own-rules",
        action="append",
        metavar="MODULE",
        help="a module with rules of your own (default: contract_own_rules in pyproject.toml)",
    )
