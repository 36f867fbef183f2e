"""The contract's side of a pytest test: its rule, its case, its judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..rules import rule_of
from ..rules.rule import Rule
from ..service.resource import CHOSEN
from .dropped import DROPPED

if TYPE_CHECKING:
    from .judge import Judge

SUITE = Path(__file__).resolve().parent.parent / "suite"
"""The folder with the tests of the contract."""
JUDGE: pytest.StashKey[Judge] = pytest.StashKey()


def spare_dropped_errors(item: pytest.Item) -> None:
    """Let no error that the service drops by itself be an error of the test.

    A project that makes errors of all warnings means its own; pytest charges such an error to
    whichever test runs when it is found.
    """
    for name in DROPPED:
        item.add_marker(pytest.mark.filterwarnings(f"default::pytest.{name}"))


def rule_of_item(item: pytest.Item) -> Rule | None:
    """Return the rule that a test judges; None for any other test.

    Raises `LookupError` where the mark has an id that no rule has.
    """
    mark = item.get_closest_marker("contract")
    named = mark.args[0] if mark and mark.args else None
    if isinstance(named, str):
        return rule_of(named)
    return named if isinstance(named, Rule) else None


def case_name(item: pytest.Item) -> str:
    """Return the case within the rule: the test's name without `test_`, or its parameter."""
    # pytest documents neither this attribute nor another way to the id of the parameters.
    callspec = getattr(item, "callspec", None)
    return str(callspec.id) if callspec else item.name.removeprefix("test_")


def is_of_chosen(item: pytest.Item) -> bool:
    """Return whether a test is about the operation that somebody has chosen."""
    return hasattr(item, "callspec") and case_name(item).partition("-")[0] == CHOSEN


def needs_startups(item: pytest.Item) -> bool:
    """Return whether a test starts the service in interpreters of its own."""
    return bool({"startups", "migrations"} & {*getattr(item, "fixturenames", ())})
