"""Differences between the schema that migrations make and the one that the models declare.

What Alembic finds in a database that was made from the models is no difference: this database, or
its reflection, does not keep what the models say. Comments and the order of columns are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...databases import Database
from ...rules.violation import NotApplicable
from ...service.migrations.remote import migrations_remote
from ...service.process import ServiceProcess

MISSING = frozenset({"add_table", "add_column", "add_fk"})
UNFIT = frozenset(
    {"modify_nullable", "modify_type", "remove_column_needed", "modify_default_needed"}
)
UNSURE = frozenset({"modify_type", "modify_type_wider", "modify_default", "modify_default_needed"})
"""Kinds that are told only beside a database that was made from the models."""

UNIQUE = ("_constraint", "_unique")


@dataclass(frozen=True)
class Drift:
    """The differences under which the service fails, and the others."""

    harmful: tuple[str, ...]
    others: tuple[str, ...]


def drift(process: ServiceProcess, upgraded: Database, empty: Database) -> Drift:
    """Compare. Raises `NotApplicable` if env.py names no models."""
    with migrations_remote(process, upgraded) as trial:
        found = trial.find("compare")
    if found is None:
        raise NotApplicable("env.py names no models: its target_metadata is None")
    with migrations_remote(process, empty) as trial:
        failure = trial.ask("declare")["failure"]
        control = None if failure else trial.find("compare")
    return drift_between(found, control)


def drift_between(found: dict[str, Any], control: dict[str, Any] | None) -> Drift:
    """Tell a database from the models, without what one made from them shows as well."""
    noise = set(map(tuple, control["differences"])) if control else set()
    # On its way here JSON has made lists of the pairs.
    told = [(kind, words) for kind, words in map(tuple, found["differences"])]
    new = [each for each in told if each not in noise and (control or each[0] not in UNSURE)]
    shapes = (found["shape"], control["shape"]) if control else ({}, {})
    harmful = [_sentence(*each) for each in new if each[0] in MISSING | UNFIT]
    unique = list(_unique(*shapes))
    others = [each for each in new if each[0] not in MISSING | UNFIT]
    if unique:  # they have been told of, whatever their names are
        others = [each for each in others if not each[0].endswith(UNIQUE)]
    more, less = list(_lost_checks(*shapes)), list(_enums(*shapes))
    return Drift((*harmful, *unique, *more, *less), tuple(_sentence(*each) for each in others))


def _sentence(kind: str, words: str) -> str:
    if kind.startswith("add_"):
        return f"no {words}"
    return f"{words} that no model declares" if kind.startswith("remove_") else words


def _unique(found: dict[str, Any], declared: dict[str, Any]) -> Iterator[str]:
    made, meant = set(found.get("unique", ())), set(declared.get("unique", ()))
    for each in sorted(meant - made):
        yield f"{each} is not unique"
    for each in sorted(made - meant):
        yield f"{each} is unique, which no model declares"


def _lost_checks(found: dict[str, Any], declared: dict[str, Any]) -> Iterator[str]:
    """Tables that have fewer conditions than declared; a condition may be spelled in many ways."""
    made = Counter(line.partition(" ")[0] for line in found.get("checks", ()))
    meant = Counter(line.partition(" ")[0] for line in declared.get("checks", ()))
    for table, count in meant.items():
        if made[table] < count and table in found["tables"]:
            yield f"{made[table]} of {count} CHECK constraints on {table}"


def _enums(found: dict[str, Any], declared: dict[str, Any]) -> Iterator[str]:
    made = _values(found)
    for name, values in _values(declared).items():
        lost = values - made.get(name, values)
        if lost:
            yield f"no value {', '.join(sorted(lost))} of {name}"


def _values(shape: dict[str, Any]) -> dict[str, set[str]]:
    lines = (line.partition(" ") for line in shape.get("enums", ()))
    return {name: set(values.split(", ")) for name, _, values in lines}
