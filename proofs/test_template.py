"""An app of a project template conforms after the steps of docs/from-template.md, each needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from contract_tests.rules import RULES
from proofs.conftest import Servers
from proofs.from_template import Step, changed, make_project, read_steps
from proofs.matrix import EMBEDDED, IS_WHOLE, run_contract

APP = "app.main:app"
STEPS = read_steps()
BOTH = "(replica_engine, engine)"
RULE = {rule.id: rule for rule in RULES}


def around(taken: int) -> tuple[Step, ...]:
    """Give the last step that was taken and the next one to take."""
    return STEPS[max(taken - 1, 0) : taken + 1]


RUNS = [
    (taken, database)
    for taken in range(len(STEPS) + 1)
    for database in EMBEDDED
    if any(step.database == database for step in around(taken))
]


@pytest.mark.parametrize(("taken", "database"), RUNS)
def test_every_step_mends_what_was_found(
    taken: int, database: str, servers: Servers, tmp_path: Path
) -> None:
    """After some steps the last one's rules are upheld, and the next one's broken as written."""
    judging = [step for step in around(taken) if step.database == database]
    chosen = ",".join(sorted({rule for step in judging for rule in step.rules}))
    project = make_project(tmp_path, STEPS[:taken])
    environ = servers.environ(database)
    asked = ("-vv", "--contract-rule", chosen, "--contract-profile", "quick")
    result = run_contract(APP, database, *asked, environ=environ, project=project)
    still = [step for step in STEPS[taken:] if step in judging]
    mended = [step for step in STEPS[:taken] if step in judging]
    assert {rule for step in still for rule in step.rules} == result.rules("broken")
    assert {rule for step in mended for rule in step.rules} <= result.rules("upheld")
    assert [step for step in still if not step.is_told(result.printed)] == [], result.printed


def test_a_replica_that_is_asked_and_forgotten_is_found(tmp_path: Path) -> None:
    """The last step without its shutdown: the connections to the replica stay open."""
    project = make_project(tmp_path, STEPS)
    path = project / "src/app/integrations/database.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(BOTH) == 1
    path.write_text(text.replace(BOTH, "(engine,)"), encoding="utf-8")
    result = run_contract(APP, "sqlite", "--contract-rule", "REP-07,REP-08", project=project)
    assert result.rules("broken") == {"REP-07"}, result.printed
    assert "1 open" in result.messages("REP-07")


def test_every_required_finding_is_mended_before_the_others() -> None:
    """Who stops half-way has mended what turns a run red."""
    levels = [RULE[rule].level for step in STEPS for rule in sorted(step.rules)]
    assert sorted(levels, key=["required", "recommended"].index) == levels


@pytest.mark.skipif(not IS_WHOLE, reason="the whole contract is for a night: CONTRACT_MATRIX=whole")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_last_state_conforms(database: str, servers: Servers, tmp_path: Path) -> None:
    """No rule of level required or recommended is broken, by the whole contract."""
    project = make_project(tmp_path, STEPS)
    result = run_contract(APP, database, environ=servers.environ(database), project=project)
    assert result.exit_code == 0, result.printed
    assert {r for r in result.rules("broken") if RULE[r].level != "preview"} == set()


@pytest.mark.parametrize("taken", [0, len(STEPS)])
def test_the_tests_of_the_app_pass(taken: int, tmp_path: Path) -> None:
    """They see nothing of what the contract finds, and nothing of what mends it."""
    project = make_project(tmp_path, STEPS[:taken])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:contract_tests.plugin", "tests"]
    tested = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout


def test_a_change_that_fits_nowhere_is_an_error() -> None:
    """A step whose lines have changed is told, not passed over."""
    with pytest.raises(ValueError, match="line 1 does not begin"):
        changed("a = 1\n", "@@ -1 +1 @@\n-b = 1\n+b = 2\n")
