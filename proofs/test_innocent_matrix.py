"""No innocent app is accused: correct services in other styles keep the whole contract.

Each is judged on one of its databases and by one group of areas here; `tox -e matrix` takes all
areas and databases.
"""

from __future__ import annotations

import pytest

from contract_tests.rules import AREAS
from proofs.catalogue import innocent_apps
from proofs.conftest import Servers
from proofs.innocent import InnocentApp
from proofs.matrix import IS_WHOLE, ContractResult, databases_for, run_contract, said, turn_of

GROUPS = (
    ("sessions", "lifespan", "settings", "replicas", "errors"),
    ("failures", "concurrency"),
    ("cancellation",),
    ("disconnect",),
    ("schema", "migrations", "crud"),
    ("payloads",),
    ("openapi", "interface"),
)
RUNS = [(app, database) for app in innocent_apps() for database in databases_for(app)]
NO_GOOD = ("broken", "undecided", "error")


def judging(app: InnocentApp) -> tuple[str, ...]:
    """The areas that judge an app."""
    by_day = app.areas or GROUPS[turn_of(app, len(GROUPS))]
    return tuple(AREAS) if IS_WHOLE else by_day


def test_every_area_is_in_a_group() -> None:
    """No area is left to the night by mistake."""
    assert sorted(area for group in GROUPS for area in group) == sorted(AREAS)


def accusations(result: ContractResult) -> list[str]:
    """What a required rule holds against the app, each with its evidence."""
    return [
        f"{row['rule']} {row['verdict']} ({row['case']}): {said(row)}"
        for row in result.report.get("verdicts", ())
        if row["level"] == "required" and row["verdict"] in NO_GOOD
    ]


@pytest.mark.parametrize(("app", "database"), RUNS, ids=str)
def test_an_innocent_app_is_not_accused(app: InnocentApp, database: str, servers: Servers) -> None:
    """The contract on a correct app: every required rule is kept, or does not apply."""
    environ = servers.environ(database)
    rules = ",".join(rule.id for area in judging(app) for rule in AREAS[area])
    profile = "default" if IS_WHOLE else "quick"
    arguments = (*app.arguments, "--contract-rule", rules, "--contract-profile", profile)
    result = run_contract(app.locator, database, *arguments, environ=environ)
    accused = accusations(result)
    assert not accused, f"{app} looks guilty ({app.looks}):\n" + "\n\n".join(accused)
    assert result.exit_code == 0, result.printed
    assert result.rules("upheld")
