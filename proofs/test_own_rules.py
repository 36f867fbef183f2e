"""A team's own rules are judged, shown and explained as those of the kit are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contract_tests.__main__ import main
from contract_tests.rules.own import OWN, add_own_rule
from contract_tests.rules.rule import Level, Rule
from contract_tests.rules.violation import UsageError

ROOT = Path(__file__).resolve().parent.parent
APP = ("--contract-app", "reference_app:create_app")
OWN_ONLY = ("--contract-rule", "ITEM-01,ITEM-02")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two rules of its own, and the tests that judge them."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "proofs" / "own_rules", folder, ignore=shutil.ignore_patterns("__*__"))
    return folder


def ran(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python's in the project."""
    environ = {name: v for name, v in os.environ.items() if not name.startswith("CONTRACT_")}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        env=environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def pytest_in(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the project, as its team does."""
    lean = ("-p", "no:schemathesis", "-p", "no:faker", "-p", "no:cacheprovider")
    return ran(project, "pytest", "-p", "contract_tests.plugin", *lean, *options)


def test_own_rules_have_verdicts_in_the_report(project: Path) -> None:
    """One is kept, and the other is broken at its level."""
    told = pytest_in(project, *APP, *OWN_ONLY, "--contract-report", "r.json")
    rows = json.loads((project / "r.json").read_text(encoding="utf-8"))["verdicts"]
    found = {row["rule"]: (row["verdict"], row["level"]) for row in rows}
    assert found == {"ITEM-01": ("upheld", "required"), "ITEM-02": ("broken", "recommended")}
    assert "not red at this level: 1 rule broken: ITEM-02 (" in told.stdout
    assert told.returncode == 0, told.stdout


def test_at_level_recommended_a_broken_one_is_red(project: Path) -> None:
    """It is told in the same words, with the fix of the team."""
    told = pytest_in(project, *APP, *OWN_ONLY, "--contract-level", "recommended")
    assert "Put a unique index on the name" in told.stdout
    assert told.returncode == 1


def test_without_an_app_they_are_left_out(project: Path) -> None:
    """A plain `pytest` of the team goes on with its own tests."""
    told = pytest_in(project)
    assert "1 passed, 2 deselected" in told.stdout
    assert told.returncode == 0


@pytest.mark.parametrize("words", [("explain", "ITEM-01"), ("list",)])
def test_commands_know_them(project: Path, words: tuple[str, ...]) -> None:
    """The ini key is read by the commands that run no pytest, too."""
    told = ran(project, "contract_tests", *words)
    assert "A description that was left out MUST be shown as null." in told.stdout


INI = {
    "pytest.ini": "[pytest]",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
    "pytest.toml": "[pytest]",
}


def name_in(project: Path, file: str, module: str = "item_rules") -> None:
    """Name the rules in another file than `pyproject.toml`."""
    (project / "pyproject.toml").unlink()
    named = f'["{module}"]' if file.endswith(".toml") else f"\n    {module}"
    (project / file).write_text(f"{INI[file]}\ncontract_own_rules = {named}\n", encoding="utf-8")


@pytest.mark.parametrize("file", INI)
def test_commands_know_those_of_every_ini_file(project: Path, file: str) -> None:
    """What a run reads is read by the commands that run no pytest, from a folder below too."""
    name_in(project, file)
    (project / "below").mkdir()
    told = ran(project / "below", "contract_tests", "list")
    assert "A description that was left out MUST be shown as null." in told.stdout, told.stderr


def test_a_run_in_a_folder_below_knows_them(project: Path) -> None:
    """The modules are those of the project, wherever in it one stands."""
    name_in(project, "tox.ini")
    (project / "below").mkdir()
    told = ran(project / "below", "contract_tests", "run", *APP[1:], "--contract-rule", "ITEM-01")
    assert "cannot be imported" not in told.stderr
    assert "no rule" not in told.stderr


@pytest.mark.parametrize(
    ("words", "environ", "where"),
    [
        (("--own-rules", "gone"), {}, "--own-rules"),
        ((), {"CONTRACT_OWN_RULES": "gone"}, "CONTRACT_OWN_RULES"),
        ((), {}, "contract_own_rules in {project}/setup.cfg"),
    ],
    ids=["option", "environment", "ini"],
)
def test_a_module_that_is_none_is_told_with_its_place(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    environ: dict[str, str],
    where: str,
) -> None:
    """The line names the place that is to be changed."""
    name_in(project, "setup.cfg", "gone")
    monkeypatch.chdir(project)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert main(["list", *words]) == 2
    assert capsys.readouterr().err.startswith(f"{where.format(project=project)}: 'gone' cannot be")


def test_an_ini_file_that_cannot_be_read_is_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the file and the line, as pytest does."""
    name_in(project, "setup.cfg")
    (project / "setup.cfg").write_text("[tool:pytest]\n=\n", encoding="utf-8")
    monkeypatch.chdir(project)
    assert main(["list"]) == 2
    assert capsys.readouterr().err.startswith(f"{project}/setup.cfg: Source contains parsing")


def rule(identifier: str, statement: str = "It MUST work.") -> Rule:
    """A rule of a team, with little in it."""
    return Rule(identifier, Level.REQUIRED, statement, "", "")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (rule("SES-99"), "begins as rules of the kit do"),
        (rule("shop"), "is no id"),
        (rule("SHOP-01", "It works."), "has 0 MUST or SHOULD"),
    ],
)
def test_a_rule_that_is_none_is_refused(made: Rule, words: str) -> None:
    """The line says what is wrong with it, and nothing is added."""
    with pytest.raises(UsageError, match=words):
        add_own_rule(made, {"SES"}, "--contract-own-rules: shop")
    assert made.id not in OWN


def test_a_module_that_cannot_be_imported_is_a_usage_error(project: Path) -> None:
    """One line, without a traceback."""
    told = pytest_in(project, *APP, "--contract-own-rules", "no_such_rules")
    assert "--contract-own-rules: 'no_such_rules' cannot be imported" in told.stderr
    assert "Traceback" not in told.stdout + told.stderr


@pytest.mark.parametrize("name", ["item_rules.py", "test_items.py"])
def test_the_page_shows_the_project(name: str) -> None:
    """A reader copies lines that were run."""
    page = (ROOT / "docs" / "own-rules.md").read_text(encoding="utf-8")
    shown = page.partition(f"<!-- proofs/own_rules/{name} -->\n```python\n")[2]
    expected = (ROOT / "proofs" / "own_rules" / name).read_text(encoding="utf-8")
    assert expected == shown.partition("```\n<!-- end -->")[0]


def test_a_mark_with_an_unknown_id_is_a_usage_error(project: Path) -> None:
    """A misspelt id would leave the test out of the contract, in silence."""
    tests = project / "test_items.py"
    tests.write_text(tests.read_text(encoding="utf-8").replace("ITEM-02", "ITEM-03"))
    told = pytest_in(project, *APP)
    assert "test_items.py::test_a_name_is_taken_once: there is no rule 'ITEM-03'" in told.stderr
    assert told.returncode == pytest.ExitCode.USAGE_ERROR
