"""`contract-tests list`: all rules."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..rules import AREAS
from . import Command


def print_rules(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the rules of each area."""
    for area, rules in AREAS.items():
        print(area)  # noqa: T201 - this is what the command is for
        for rule in rules:
            print(f"  {rule.id}  {rule.level:<11}  {rule.statement}")  # noqa: T201
    return 0


COMMAND = Command("all rules, a line each", print_rules, place=2)
