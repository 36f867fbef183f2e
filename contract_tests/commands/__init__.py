"""The commands of `contract-tests`: every module in this folder is one.

A command has the name of its module, which holds it as `COMMAND`; `__main__` finds it there.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..runner.options import SETTINGS
from ..runner.project_settings import settings_file, values_of

KIT = Path(__file__).resolve().parent.parent
LAST = 100
OWN_RULES = next(setting for setting in SETTINGS if setting.field == "own_rules")
FLAG = "--own-rules"


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
        FLAG,
        action="append",
        metavar="MODULE",
        help=f"a module with rules of your own (default: {OWN_RULES.key} in the ini file)",
    )


def import_own_rules(asked: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> None:
    """Import the team's own rules, from wherever a run has the names of their modules.

    Raises `UsageError` that says which place names one that is none.
    """
    settings = settings_file(Path.cwd())
    sources = (
        (FLAG, asked.own_rules),
        (OWN_RULES.variable, environ.get(OWN_RULES.variable, "").splitlines()),
        (f"{OWN_RULES.key} in {settings}", values_of(settings, OWN_RULES.key)),
    )
    where, names = next((each for each in sources if each[1]), ("", ()))
    OWN_RULES.read(names, where)
