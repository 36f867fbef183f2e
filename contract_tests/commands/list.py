"""`contract-tests list`: all rules."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..rules import AREAS
from ..rules.own import OWN
from ..rules.violation import UsageError
from . import Command, declare_own_rules, import_own_rules


def print_rules(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the rules of each area, and those of the team."""
    try:
        import_own_rules(asked)
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    own = {"own": tuple(OWN.values())} if OWN else {}
    for area, rules in (AREAS | own).items():
        print(area)  # noqa: T201 - this is what the command is for
        for rule in rules:
            print(f"  {rule.id}  {rule.level:<11}  {rule.statement}")  # noqa: T201
    return 0


COMMAND = Command("all rules, a line each", print_rules, declare_own_rules, place=2)
