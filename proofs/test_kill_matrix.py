"""Every broken app is caught by its own rule, in the declared words, and by no other rule."""

from __future__ import annotations

import pytest

from proofs.broken import BrokenApp
from proofs.catalogue import broken_apps
from proofs.conftest import Servers
from proofs.matrix import run_contract

RUNS = [(app, database) for app in broken_apps() for database in app.databases]


@pytest.mark.parametrize(("app", "database"), RUNS, ids=lambda part: str(part))
def test_a_broken_app_breaks_its_own_rule_only(
    app: BrokenApp, database: str, servers: Servers
) -> None:
    """The whole contract on a broken app: its rule is broken, every other rule is not."""
    result = run_contract(app.locator, database, environ=servers.environ(database))
    assert {app.rule, *app.also} == result.rules("broken"), result.printed
    assert result.rules("error") == set(), result.printed
    assert app.says in result.messages(app.rule)
