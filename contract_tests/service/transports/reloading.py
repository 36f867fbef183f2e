"""Import an app once more, so that nothing is left of what its modules have kept."""

from __future__ import annotations

import sys
from pathlib import Path

from ...instruments.attribution import is_app
from ...rules.violation import UsageError
from .locate import Located, locate

TESTS = ("conftest", "test", "tests")
"""The first words in the names of modules that a team's tests are in: they are not the app."""


def relocated(name: str, roots: tuple[Path, ...]) -> Located:
    """Import what `name` names anew, with all modules of the service.

    Raises `UsageError` if they cannot be imported twice in one process; they stay as they were.
    """
    before = {module: sys.modules.pop(module) for module in _modules()}
    try:
        return locate(name, roots)
    except UsageError:
        for module in _modules():
            del sys.modules[module]
        sys.modules.update(before)
        raise


def _modules() -> list[str]:
    """Name the modules that are the service's own."""
    found = [(name, getattr(module, "__file__", None)) for name, module in sys.modules.items()]
    return [name for name, file in found if file and is_app(file) and not _is_of_tests(name)]


def _is_of_tests(name: str) -> bool:
    words = name.split(".")
    return name == "__main__" or any(word in TESTS or word.startswith("test_") for word in words)
