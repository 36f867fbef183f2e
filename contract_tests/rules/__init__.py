"""The catalogue: every rule of every area, in the order of the README's table."""

from __future__ import annotations

import difflib

from . import (
    cancellation,
    concurrency,
    crud,
    disconnect,
    errors,
    failures,
    interface,
    lifespan,
    migrations,
    openapi,
    payloads,
    replicas,
    schema,
    sessions,
    settings,
)
from .own import OWN
from .rule import Level, Rule

AREAS: dict[str, tuple[Rule, ...]] = {
    "schema": schema.RULES,
    "migrations": migrations.RULES,
    "sessions": sessions.RULES,
    "crud": crud.RULES,
    "payloads": payloads.RULES,
    "openapi": openapi.RULES,
    "interface": interface.RULES,
    "lifespan": lifespan.RULES,
    "settings": settings.RULES,
    "replicas": replicas.RULES,
    "errors": errors.RULES,
    "failures": failures.RULES,
    "cancellation": cancellation.RULES,
    "disconnect": disconnect.RULES,
    "concurrency": concurrency.RULES,
}
"""The rules of each area, by its stem."""

RULES: tuple[Rule, ...] = tuple(rule for area in AREAS.values() for rule in area)


INSIDE = (
    "schema",
    "migrations",
    "sessions",
    "lifespan",
    "settings",
    "replicas",
    "errors",
    "failures",
    "cancellation",
    "disconnect",
    "concurrency",
)
"""The areas that look into the process of the service: answers alone tell nothing of them."""


def needs_of(rule: Rule) -> tuple[str, ...]:
    """The capabilities that a rule needs, those that its whole area needs among them."""
    is_inside = any(rule in AREAS[area] for area in INSIDE)
    return ("inside-view", *rule.needs) if is_inside else rule.needs


def area_of_rule(identifier: str) -> str:
    """Return the area of the rule with this id; empty for a rule of a team's own."""
    found = (area for area, rules in AREAS.items() if any(r.id == identifier for r in rules))
    return next(found, "")


def known_rules() -> tuple[Rule, ...]:
    """Give the rules of the kit, and then those of the team."""
    return (*RULES, *OWN.values())


def rule_of(identifier: str) -> Rule:
    """The rule with this id, in any case. Raises `LookupError` with the nearest ids."""
    wanted = identifier.strip().upper()
    for rule in known_rules():
        if rule.id == wanted:
            return rule
    near = difflib.get_close_matches(wanted, [rule.id for rule in known_rules()], n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise LookupError(f"there is no rule {identifier!r}{hint} (`contract-tests list` shows all)")


__all__ = ["AREAS", "RULES", "Level", "Rule", "known_rules", "needs_of", "rule_of"]
