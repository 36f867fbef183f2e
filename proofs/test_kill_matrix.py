"""Every broken app is caught by its own rule, in the declared words, and by no other rule.

Its own rule judges it here, on one of its databases. With CONTRACT_MATRIX=whole every rule does, on
every database: `tox -e matrix`, for a night.
"""

from __future__ import annotations

import pytest

from contract_tests.rules import RULES
from contract_tests.rules.rule import Level
from proofs.broken import BrokenApp
from proofs.catalogue import broken_apps
from proofs.conftest import Servers
from proofs.matrix import IS_WHOLE, databases_for, run_contract

RUNS = [(app, database) for app in broken_apps() for database in databases_for(app)]

STYLES = {"DIS-11", "FAI-08", "PAY-20", "REP-08", "SCH-10"}
"""What many apps do that are wrong in another way, as stock services do: no proof of anything."""

RECOMMENDED = {rule.id for rule in RULES if rule.level is not Level.REQUIRED}


def judging(app: BrokenApp) -> set[str]:
    """The rules that judge an app."""
    return {rule.id for rule in RULES} if IS_WHOLE else {app.rule}


def is_stock(app: BrokenApp) -> bool:
    """Return whether an app is not the reference app with a defect, but a usual one with it."""
    return not {"--contract-migrations", "--contract-operation"}.isdisjoint(app.arguments)


@pytest.mark.parametrize(("app", "database"), RUNS, ids=str)
def test_a_broken_app_breaks_its_own_rule_only(
    app: BrokenApp, database: str, servers: Servers
) -> None:
    """The contract on a broken app: its rule is broken, every other rule is not."""
    rules = judging(app)
    chosen = (*app.arguments, "--contract-rule", ",".join(sorted(rules)))
    result = run_contract(app.locator, database, *chosen, environ=servers.environ(database))
    declared = {app.rule, *app.also}
    aside = (RECOMMENDED if is_stock(app) else STYLES) - declared
    assert declared & rules == result.rules("broken") - aside, result.printed
    assert result.rules("error") == set(), result.printed
    assert app.says in result.messages(app.rule)
