"""Rules of a team's own: under a prefix of its own, and judged as those of the kit are."""

from __future__ import annotations

import re

from .rule import Rule
from .violation import UsageError

FORM = re.compile(r"[A-Z]{2,8}-\d{2,3}")
WEIGHT = re.compile(r"\b(?:MUST|SHOULD)\b")
EXAMPLE = "SHOP-01"

OWN: dict[str, Rule] = {}
"""The rules that a team has added, by id."""


def add_own_rule(rule: Rule, prefixes: set[str], where: str) -> None:
    """Add a rule to those of the team. `prefixes` are those of the kit's own rules.

    Raises `UsageError` for an id that could be the kit's, and for a statement that is no promise.
    """
    if not FORM.fullmatch(rule.id):
        raise UsageError(f"{where}: {rule.id!r} is no id: capitals and a number, as in {EXAMPLE}")
    if rule.id.partition("-")[0] in prefixes:
        raise UsageError(f"{where}: {rule.id} begins as rules of the kit do; take another prefix")
    weights = len(WEIGHT.findall(rule.statement))
    if weights != 1:
        raise UsageError(f"{where}: {rule.id} has {weights} MUST or SHOULD in its statement, not 1")
    if OWN.setdefault(rule.id, rule) != rule:
        raise UsageError(f"{where}: {rule.id} is there twice, in other words")
