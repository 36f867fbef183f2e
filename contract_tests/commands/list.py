"""`contract-tests list`: all rules."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from .. import __version__
from ..rules import AREAS, Rule
from ..rules.editions import NEWEST
from ..rules.own import OWN
from ..rules.violation import UsageError
from ..runner.own_rules import import_rules, written_rules
from . import Command, declare_own_rules


def print_rules(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the rules of each area, and those of the team."""
    try:
        import_rules(asked.own_rules or written_rules(), "--own-rules")
        areas = _asked(asked.area)
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    if asked.json:
        print(json.dumps(catalogue(areas), indent=2))  # noqa: T201 - this is what it is for
        return 0
    for area, rules in areas.items():
        print(area)  # noqa: T201 - this is what the command is for
        for rule in rules:
            print(f"  {rule.id}  {rule.level:<11}  {rule.statement}")  # noqa: T201
    return 0


def _asked(names: Sequence[str]) -> Mapping[str, Sequence[Rule]]:
    """Return the areas of these names, all without one."""
    areas = AREAS | ({"own": tuple(OWN.values())} if OWN else {})
    unknown = [name for name in names if name not in areas]
    if unknown:
        raise UsageError(f"--area {unknown[0]}: no such area; there are {', '.join(areas)}")
    return {area: rules for area, rules in areas.items() if area in names or not names}


def catalogue(areas: Mapping[str, Sequence[Rule]]) -> dict[str, Any]:
    """Return rules as other programs read them. What is here stays; more may be added."""
    rules = [
        {
            "id": rule.id,
            "area": area,
            "level": str(rule.level),
            "statement": rule.statement,
            "rationale": rule.rationale,
            "fix": rule.fix,
            "needs": list(rule.needs),
        }
        for area, rules in areas.items()
        for rule in rules
    ]
    return {"version": __version__, "edition": str(NEWEST), "rules": rules}


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="all words of each rule, as JSON")
    parser.add_argument(
        "--area",
        action="append",
        default=[],
        metavar="NAME",
        help="only the rules of this area; repeatable",
    )
    declare_own_rules(parser)


COMMAND = Command("all rules, a line each", print_rules, _declare, place=2)
