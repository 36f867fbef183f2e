"""The plug-in in projects of its users: inert, quick to explain, and the same beside any other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from proofs.loading import LEAN

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "contract_tests" / "reports"
OPTIONS = ("-p", "contract_tests.plugin", "-p", "no:schemathesis", "-p", "no:cacheprovider", *LEAN)
INI = '[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = "function"\n'
ONE_RULE = ("--contract-rule", "SES-08")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project that finds the kit and the reference app on its path."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("CONTRACT_APP", "CONTRACT_DATABASE", "CI"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyprojecttoml(INI)
    return pytester


def judged(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the installed suite as the README says."""
    return project.runpytest_subprocess(*OPTIONS, "--pyargs", "contract_tests", *arguments)


def test_an_app_named_on_the_command_line_is_judged(project: pytest.Pytester) -> None:
    """One option is enough, and the header says what was found."""
    result = judged(project, "--contract-app", "reference_app:create_app", *ONE_RULE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["contract of reference_app:create_app on sqlite"])
    result.stdout.fnmatch_lines(["conformant at level required: 1 rule decided by 1 *"])


def test_a_key_in_the_ini_file_is_as_good_and_team_tests_run_beside(
    project: pytest.Pytester,
) -> None:
    """A plain `pytest` then runs the team's tests, async ones too, and the contract."""
    project.makepyprojecttoml(
        f'{INI}contract_app = "reference_app:create_app"\n'
        'contract_rule = ["SES-08"]\nasyncio_mode = "auto"\n'
    )
    project.makepyfile(
        "import os\n"
        "async def test_of_the_team():\n    assert 'APP_DATABASE_URL' not in os.environ\n"
    )
    result = project.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(passed=2)
    assert result.ret == 0


ORDERED = """
import pytest


class Order:
    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        session.items.reverse()  # as a runner may that hands out tests where a worker is free


def pytest_configure(config):
    config.pluginmanager.register(Order())
"""
OWN_DATABASE = """
import os, sqlite3
from sqlalchemy import create_engine, text


def test_of_the_team(tmp_path):
    assert "APP_DATABASE_URL" not in os.environ
    engine = create_engine(f"sqlite:///{tmp_path}/own.db")
    with engine.begin() as connection:
        connection.execute(text("create table own (id integer)"))
    engine.dispose()
    own = sqlite3.connect(tmp_path / "own.db")
    assert own.execute("select name from sqlite_master").fetchall() == [("own",)]
    own.close()
"""


def test_the_contract_steps_aside_for_tests_that_come_after_it(project: pytest.Pytester) -> None:
    """Whatever the order, the team's own tests keep their environment and their database."""
    project.makepyprojecttoml(
        f'{INI}contract_app = "reference_app:create_app"\ncontract_rule = ["SES-08"]\n'
    )
    project.makeconftest(ORDERED)
    project.makepyfile(OWN_DATABASE)
    result = project.runpytest_subprocess(*OPTIONS, "-v")
    result.assert_outcomes(passed=2)
    lines = [line for line in result.outlines if "PASSED" in line]
    assert "test_of_the_team" in lines[1]


HEAVY = """
import sys


def pytest_unconfigure():
    heavy = {"hypothesis", "schemathesis", "jsonschema_rs"} & set(sys.modules)
    print(f"loaded: {sorted(heavy)}")
"""


def test_generators_are_loaded_only_by_the_areas_that_generate(project: pytest.Pytester) -> None:
    """Other areas do not pay for them; nor do other tests."""
    project.makeconftest(HEAVY)
    rules = "SES-01,CRU-01,SCH-02,LIF-01,ERR-01,FAI-01,CAN-01,DIS-01,CON-01"
    arguments = ("--contract-app", "reference_app:create_app", "--contract-rule", rules)
    result = project.runpytest_subprocess(
        *OPTIONS,
        "-s",
        "-p",
        "no:hypothesispytest",
        "--rootdir",
        ".",
        "-c",
        "pyproject.toml",
        f"--confcutdir={project.path}",
        "--pyargs",
        "contract_tests",
        "-p",
        "conftest",
        *arguments,
    )
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*loaded: []*"])


def test_a_named_test_of_the_team_runs_alone(project: pytest.Pytester) -> None:
    """Naming a file on the command line does not drag the contract in."""
    project.makepyprojecttoml(f'{INI}contract_app = "reference_app:create_app"\n')
    project.makepyfile("def test_of_the_team():\n    assert True\n")
    result = project.runpytest_subprocess(*OPTIONS, "test_a_named_test_of_the_team_runs_alone.py")
    result.assert_outcomes(passed=1)


def test_without_an_app_the_plugin_does_nothing(project: pytest.Pytester) -> None:
    """No fixture, no header, no collection of its own."""
    project.makepyfile("def test_of_the_team():\n    assert True\n")
    result = project.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*conformant*")


def test_the_suite_without_an_app_says_what_is_missing(project: pytest.Pytester) -> None:
    """A usage error, in one line."""
    result = judged(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: the contract needs an app: add --contract-app *"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--contract-app", "reference_ap:x"), "there is no module 'reference_ap'*"),
        (("--contract-app", "reference_app:create_ap"), "*did you mean 'create_app'*"),
        (("--contract-app", "reference_app:AppSettings"), "*"),
        (("--contract-app", "a:b", "--contract-level", "requird"), "*did you mean 'required'*"),
        (("--contract-app", "a:b", "--contract-rule", "SES-99"), "*there is no rule 'SES-99'*"),
        (("--contract-app", "a:b", "--contract-database", "postgres"), "*'postgresql'*"),
        (
            (
                "--contract-app",
                "a:b",
                "--contract-database",
                "postgresql+asyncpg://u:pw@127.0.0.1:1/x",
            ),
            "no way into postgresql+asyncpg://u:[*][*][*]@127.0.0.1:1/*",
        ),
        (("--contract-app", "a:b", "--contract-header", "secret"), "*is not Name: value*"),
        (("--contract-app", "a:b", "--contract-replay", "create:3"), "*has four parts*"),
        (
            ("--contract-app", "a:b", "--contract-replay", "cancelation:create:scope:3"),
            "*did you mean 'cancellation'*",
        ),
        (
            ("--contract-app", "reference_app:create_app", "--contract-resource", "/x"),
            "*Valid: /api/v1/examples/*",
        ),
        (
            ("--contract-app", "reference_app:create_app", "--contract-openapi", "/x"),
            "*no OpenAPI*",
        ),
        (
            ("--contract-app", "reference_app:create_app", "--contract-env", "A={x}"),
            "*placeholder*",
        ),
        (
            ("--contract-app", "a:b", "--contract-report", "/dev/null/x/report.json"),
            "--contract-report *: /dev/null/x/report.json cannot be written: Not a directory",
        ),
        (
            ("--contract-app", "a:b", "--contract-markdown", "/dev/null/x/a.md"),
            "--contract-markdown *: /dev/null/x/a.md cannot be written: Not a directory",
        ),
        (
            ("--contract-app", "a:b", "--contract-report", "a", "--contract-markdown", "a"),
            "--contract-report and --contract-markdown: a is named for both; name a file for each",
        ),
        (
            ("--contract-app", "a:b", "--contract-corpus", "/dev/null/x"),
            "--contract-corpus *: /dev/null/x cannot be written: Not a directory",
        ),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_line(
    project: pytest.Pytester, arguments: tuple[str, ...], says: str
) -> None:
    """What was given, what would be valid, where to change it; never a traceback of ours."""
    result = judged(project, *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_a_document_that_cannot_be_made_is_judged(project: pytest.Pytester) -> None:
    """The service's own error is told, and the collection is read out of the routes."""
    project.makepyfile(
        undocumented="""
        from reference_app import create_app

        def create():
            app = create_app()
            app.openapi = lambda: {}["components"]
            return app
        """
    )
    result = judged(
        project, "--contract-app", "undocumented:create", "--contract-rule", "API-01,CRU-01"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*the service fails to make its OpenAPI document (GET /openapi.json -> 500 Key*"]
    )


def test_an_unknown_key_is_an_error(project: pytest.Pytester) -> None:
    """A misspelt key would silently do nothing."""
    project.makepyprojecttoml(f'{INI}contract_ap = "a:b"\n')
    result = project.runpytest_subprocess(*OPTIONS)
    result.stderr.fnmatch_lines(["*unknown key 'contract_ap'; did you mean 'contract_app'?*"])


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('contract_app = ["a", "b"]', "contract_app in *: [[]'a', 'b'] is a list, *"),
        (
            'contract_app = "a:b"\ncontract_allow_existing_database = "maybe"',
            "contract_allow_existing_database in *: *'maybe'*",
        ),
    ],
    ids=["list", "neither yes nor no"],
)
def test_a_value_of_the_wrong_kind_is_one_line(
    project: pytest.Pytester, written: str, says: str
) -> None:
    """Pytest reads a key by its kind; what is of another kind is a mistake, not a crash."""
    project.makepyprojecttoml(f"{INI}{written}\n")
    result = project.runpytest_subprocess(*OPTIONS)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_a_misspelt_variable_is_an_error(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would silently do nothing; one that only begins alike may be the service's own."""
    monkeypatch.setenv("CONTRACT_APP_ID", "7")
    monkeypatch.setenv("CONTRACT_DATABSE", "postgresql")
    result = judged(project, "--contract-app", "a:b")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: CONTRACT_DATABSE in *; did you mean CONTRACT_DATABASE?"])


def test_the_environment_is_stronger_than_the_ini_file(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLI > environment > ini > default."""
    project.makepyprojecttoml(f'{INI}contract_app = "no.such:app"\n')
    monkeypatch.setenv("CONTRACT_APP", "reference_app:create_app")
    assert judged(project, *ONE_RULE).ret == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("-p", "no:asyncio"),
        ("--asyncio-mode", "strict"),
        ("--asyncio-mode", "auto"),
        ("-p", "anyio"),
        ("-n", "2"),
        ("-W", "error"),
    ],
    ids=" ".join,
)
def test_the_verdicts_do_not_depend_on_other_plugins(
    project: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    """The same judgements under every async plug-in and spread over workers."""
    result = judged(
        project,
        "--contract-app",
        "reference_app:create_app",
        "--contract-rule",
        "SES-01,SES-08",
        *arguments,
    )
    assert result.ret == 0
    result.stdout.fnmatch_lines(["conformant at level required: 2 rules decided by *"])


def test_a_failure_of_a_sweep_is_replayed_alone(project: pytest.Pytester) -> None:
    """The line that a failure ends with sends the one request again, and it fails again."""
    app = ("--contract-app", "proofs.broken.cancellation:closed_after_exceptions_only")
    failed = judged(project, *app, "--contract-rule", "CAN-01")
    token = re.search(r"--contract-replay (\S+)", failed.stdout.str())
    assert token, failed.stdout.str()
    again = judged(project, *app, "--contract-replay", token[1])
    assert again.ret == 1
    again.stdout.fnmatch_lines(["CAN-01  broken*", "requests disturbed: 1 by cancellation"])


def test_a_run_that_decided_nothing_is_red(project: pytest.Pytester) -> None:
    """Rules that do not apply are no reason to be green."""
    project.makepyfile(
        app=(
            "from fastapi import FastAPI\n"
            "app = FastAPI()\n"
            "@app.get('/items/')\n"
            "def read() -> list[dict]: return []\n"
            "@app.get('/items/{item_id}')\n"
            "def one(item_id: int) -> dict: return {}\n"
        )
    )
    result = judged(project, "--contract-app", "app:app", "--contract-rule", "SES-08")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["NOT conformant: not one rule was decided*"])


def test_the_report_and_junit_carry_every_verdict(project: pytest.Pytester) -> None:
    """JSON with a closing footer; rule, level and verdict as JUnit properties."""
    result = judged(
        project,
        "--contract-app",
        "reference_app:create_app",
        *ONE_RULE,
        "--contract-report",
        "report.json",
        "--junit-xml",
        "junit.xml",
    )
    assert result.ret == 0
    report = json.loads((project.path / "report.json").read_text(encoding="utf-8"))
    schema = json.loads((REPORTS / "report.schema.json").read_text(encoding="utf-8"))
    assert list(jsonschema_rs.validator_for(schema).iter_errors(report)) == []
    assert report["footer"] == {"expected": 1, "decided": 1, "faults": [], "conformant": True}
    assert [(row["rule"], row["verdict"]) for row in report["verdicts"]] == [("SES-08", "upheld")]
    junit = (project.path / "junit.xml").read_text(encoding="utf-8")
    assert '<property name="verdict" value="upheld"' in junit


def test_a_secret_header_is_never_printed(project: pytest.Pytester) -> None:
    """Whatever is given by --contract-header stays out of terminal and report."""
    result = judged(
        project,
        "--contract-app",
        "proofs.broken.sessions:commit_in_teardown",
        "--contract-rule",
        "SES-03",
        "--contract-header",
        "Authorization: Bearer topsecret",
        "--contract-report",
        "report.json",
    )
    assert result.ret == 1
    printed = result.stdout.str() + (project.path / "report.json").read_text(encoding="utf-8")
    assert "topsecret" not in printed
