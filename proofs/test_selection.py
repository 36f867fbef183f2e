"""A run that asks for one rule pays for that rule alone."""

from __future__ import annotations

from contract_tests.rules import RULES
from contract_tests.runner.items import SUITE
from contract_tests.runner.options import Options
from contract_tests.runner.selection import Selection


def files_for(*rules: str) -> set[str]:
    """The files of the suite that a run of some rules imports."""
    selection = Selection(Options(rule=rules))
    files = SUITE.glob("test_*.py")
    return {file.name for file in files if not selection.pytest_ignore_collect(file)}


def test_only_the_file_of_the_rule_is_imported() -> None:
    """The others are not even read by Python."""
    assert {"test_sessions.py"} == files_for("SES-08")


def test_every_rule_has_a_file_that_is_imported() -> None:
    """A rule whose file were passed over would be judged by no test, and nobody would know."""
    assert [rule.id for rule in RULES if not files_for(rule.id)] == []


def test_without_such_a_choice_every_file_is_imported() -> None:
    """A run asks for all rules if it asks for none."""
    assert {file.name for file in SUITE.glob("test_*.py")} == files_for()


def test_files_of_others_are_never_passed_over() -> None:
    """The tests of the team are none of the suite's."""
    assert Selection(Options(rule=("SES-08",))).pytest_ignore_collect(SUITE.parent / "x.py") is None
