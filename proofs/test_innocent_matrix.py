"""No innocent app is accused: correct services in other styles keep the whole contract.

Each is judged on one of its databases here, on all of them under `tox -e matrix`.
"""

from __future__ import annotations

import pytest

from proofs.catalogue import innocent_apps
from proofs.conftest import Servers
from proofs.innocent import InnocentApp
from proofs.matrix import ContractResult, databases_for, run_contract

RUNS = [(app, database) for app in innocent_apps() for database in databases_for(app)]
NO_GOOD = ("broken", "undecided", "error")


def accusations(result: ContractResult) -> list[str]:
    """What a required rule holds against the app, each with its evidence."""
    return [
        f"{row['rule']} {row['verdict']} ({row['finding']}): {row['message']}\n{row['evidence']}"
        for row in result.report.get("verdicts", ())
        if row["level"] == "required" and row["verdict"] in NO_GOOD
    ]


@pytest.mark.parametrize(("app", "database"), RUNS, ids=str)
def test_an_innocent_app_is_not_accused(app: InnocentApp, database: str, servers: Servers) -> None:
    """The whole contract on a correct app: every required rule is kept, or does not apply."""
    environ = servers.environ(database)
    result = run_contract(app.locator, database, *app.arguments, environ=environ)
    accused = accusations(result)
    assert not accused, f"{app} looks guilty ({app.looks}):\n" + "\n\n".join(accused)
    assert result.exit_code == 0, result.printed
    assert result.rules("upheld")
