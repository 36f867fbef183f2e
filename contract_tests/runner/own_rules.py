"""The modules that hold a team's own rules."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from ..rules import RULES
from ..rules.own import EXAMPLE, add_own_rule
from ..rules.rule import Rule
from ..rules.violation import UsageError
from .project_settings import settings_file


def import_rules(modules: Iterable[str], where: str) -> None:
    """Import the modules, and add each rule in them to the catalogue.

    Raises `UsageError` for a module that cannot be imported or holds no rule.
    """
    prefixes = {rule.id.partition("-")[0] for rule in RULES}
    for name in modules:
        for rule in _rules_in(name, where):
            add_own_rule(rule, prefixes, f"{where}: {name}")


def _rules_in(name: str, where: str) -> list[Rule]:
    here = Path.cwd()
    settings = settings_file(here)
    # The current folder first, as `python -m pytest` does, and then the project's.
    for folder in (settings.parent if settings else here, here):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"{where}: {name!r} cannot be imported: {error}") from None
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    if not found:
        raise UsageError(f"{where}: {name!r} holds no Rule, such as one with the id {EXAMPLE}")
    return found
