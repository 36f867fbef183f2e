"""The modules that hold a team's own rules."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from ..rules import RULES
from ..rules.own import EXAMPLE, add_own_rule
from ..rules.rule import Rule
from ..rules.violation import UsageError


def import_rules(modules: Iterable[str], where: str) -> None:
    """Import the modules, and add each rule in them to the catalogue.

    Raises `UsageError` for a module that cannot be imported or holds no rule.
    """
    prefixes = {rule.id.partition("-")[0] for rule in RULES}
    for name in modules:
        for rule in _rules_in(name, where):
            add_own_rule(rule, prefixes, f"{where}: {name}")


def _rules_in(name: str, where: str) -> list[Rule]:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # as `python -m pytest` does
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"{where}: {name!r} cannot be imported: {error}") from None
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    if not found:
        raise UsageError(f"{where}: {name!r} holds no Rule, such as one with the id {EXAMPLE}")
    return found


def written_rules() -> tuple[str, ...]:
    """Return the modules that `pyproject.toml` of the current folder names.

    For commands that run no pytest, which alone knows every kind of ini file.
    """
    try:
        written = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        keys = written["tool"]["pytest"]["ini_options"]
    except (OSError, LookupError, tomllib.TOMLDecodeError):
        return ()
    return tuple(keys.get("contract_own_rules", ()))
