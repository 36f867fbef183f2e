"""A watched suite: each defect fails the test that met it, and what is right fails none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofs.styles import Project, broken_in, set_apart

Suite = Callable[[str], Project]

PLANTED = {
    "httpx_asyncio": {
        "test_leak": "SES-01",
        "test_late_commit": "SES-03",
        "test_late_commit_in_an_outer_transaction": "SES-03",
        "test_forgotten_commit": "SES-12",
        "test_open_transaction_of_the_test": "SES-01",
        "test_dropped_connection": "SES-01",
        "test_task_of_a_request": "LIF-02",
        "test_task_of_the_test": "LIF-02",
        "test_blocking_driver": "SES-10",
        "test_sleep": "SES-10",
        "test_sleep_of_a_module": "SES-10",
        "test_blocking_client": "SES-10",
        "test_process": "SES-10",
    },
    "testclient": {
        "test_leak": "SES-01",
        "test_late_commit": "SES-03",
        "test_thread": "LIF-02",
        "test_blocked": "SES-10",
        "test_no_rollback": "SES-02",
        "test_leak_of_a_fixture": "SES-01",
    },
    "litestar_client": {
        "test_leak": "SES-01",
        "test_late_commit": "SES-03",
        "test_forgotten_commit": "SES-12",
        "test_task": "LIF-02",
        "test_open_transaction": "SES-02",
        "test_sleep": "SES-10",
        "test_leak_of_an_async_client": "SES-01",
    },
    "anyio_tests": {
        "test_leak": "SES-01",
        "test_late_commit": "SES-03",
        "test_task": "LIF-02",
        "test_leak_of_a_fixture": "SES-01",
    },
    "services": {
        "test_leak": "SES-01",
        "test_forgotten_rollback": "SES-02",
        "test_task": "SES-01",
    },
}
"""The tests of each style that meet a defect, and the rule that is named for it."""

FULL = 'contract_watch = ["leaks", "transactions", "commits", "tasks", "blocking"]\n'


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Makes a copy of the suite of a style."""
    set_apart(monkeypatch)
    return lambda style: Project(pytester, style)


@pytest.mark.parametrize("style", PLANTED)
def test_a_defect_fails_the_test_that_met_it(suite: Suite, style: str) -> None:
    """It is named with its rule, and no test before or after it fails."""
    result = suite(style).run("test_planted.py")
    assert PLANTED[style] == broken_in(result)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("style", PLANTED)
def test_no_innocent_test_fails(suite: Suite, style: str) -> None:
    """Rollback fixtures, nested transactions, engines per test, clients per module, factories."""
    result = suite(style).run("test_innocent.py")
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()


def test_a_failure_has_the_words_of_the_contract_and_no_line_of_code(suite: Suite) -> None:
    """The rule, what was expected and seen, the line of the checkout, the fix; one screen."""
    result = suite("services").run("test_planted.py", "-k", "test_leak")
    result.stdout.fnmatch_lines(
        [
            "*_ test_leak _*",
            "SES-01 (required) A request MUST return every connection *",
            "  expected  no connection out once the test has ended",
            "  observed  1 still out after the test: conn 1 NEVER RETURNED; taken at test_planted*",
            "  evidence",
            "    test_planted.py::test_leak",
            "* ms * conn 1 * SQL * SELECT 1 * test_planted.py:* in test_leak",
            "  fix       Open the session with *",
            "  more * explain SES-01",
            "SES-02 too: *",
        ]
    )
    result.stdout.no_fnmatch_line("*contract_tests/*")


@pytest.mark.parametrize("spread", [(), ("-n", "2", "-p", "xdist")], ids=["alone", "spread"])
def test_a_loss_at_the_end_of_the_run_names_the_test(suite: Suite, spread: tuple[str, ...]) -> None:
    """The session of a wider fixture was first used by that test, and is never closed."""
    result = suite("services").run("test_late.py", *spread)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["  observed  test_late.py::test_of_the_careless: conn 1 NEVER *"])


def test_a_spread_run_finds_the_same(suite: Suite) -> None:
    """Verdicts come home from the workers."""
    result = suite("services").run("test_planted.py", "-p", "xdist", "-n", "2")
    assert PLANTED["services"] == broken_in(result)


def test_without_the_key_nothing_is_watched(suite: Suite) -> None:
    """Not even SQLAlchemy is loaded."""
    project = suite("services")
    project.write("pyproject.toml", '[tool.pytest.ini_options]\nasyncio_mode = "strict"\n')
    project.write(
        "test_lean.py", "import sys\ndef test(): assert 'sqlalchemy' not in sys.modules\n"
    )
    project.write("conftest.py", "")
    assert project.run("test_lean.py").ret == pytest.ExitCode.OK


MARKED = """
import pytest
from shop import kept, make_engine
from sqlalchemy import create_engine


def take():
    kept.append(create_engine("sqlite://").connect())


@pytest.mark.contract_watch({arguments})
def test_marked():
    take()


def test_unmarked():
    take()
"""


@pytest.mark.parametrize(
    ("key", "arguments", "expected"),
    [
        ("", '"leaks"', {"test_marked": "SES-01"}),
        ("", "", {"test_marked": "SES-01"}),
        (FULL, 'off="it asks for a lock that lasts"', {"test_unmarked": "SES-01"}),
        (FULL, '"tasks"', {"test_unmarked": "SES-01"}),
        (FULL, 'residents="ta*"', {"test_unmarked": "SES-01"}),
        (FULL + 'contract_residents = ["take"]\n', "", {}),
    ],
)
def test_a_mark_goes_before_the_key(
    suite: Suite, key: str, arguments: str, expected: dict[str, str]
) -> None:
    """A test is watched in its own way, or not, or with residents."""
    project = suite("services")
    project.write("pyproject.toml", f"[tool.pytest.ini_options]\n{key}")
    project.write("conftest.py", "")
    project.write("test_marks.py", MARKED.replace("{arguments}", arguments))
    assert expected == broken_in(project.run("test_marks.py"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('"leeks"', "'leeks' is no watch. Valid: leaks, transactions, commits, tasks, blocking"),
        ("off=True", "`off` is True; write the reason, such as *"),
        ("but=1", "unknown 'but'. Valid: residents, off"),
    ],
)
def test_a_mark_that_is_none_is_one_line(suite: Suite, arguments: str, words: str) -> None:
    """It says what was given and what is valid, without a line of code."""
    project = suite("services")
    project.write("conftest.py", "")
    project.write("test_marks.py", MARKED.replace("{arguments}", arguments))
    result = project.run("test_marks.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: test_marks.py::test_marked: the mark *: {words}"])


def test_an_unknown_watch_is_one_line(suite: Suite) -> None:
    """The key says what is valid."""
    project = suite("services")
    project.write("pyproject.toml", '[tool.pytest.ini_options]\ncontract_watch = ["leeks"]\n')
    result = project.run("test_innocent.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: contract_watch in *: 'leeks' is no watch; did you mean*"])


def test_a_watch_that_saw_no_connection_is_red(suite: Suite) -> None:
    """Not where a file was named: its tests may well need none."""
    project = suite("services")
    for path in project.pytester.path.glob("test_[!p]*.py"):
        path.unlink()
    project.pytester.path.joinpath("test_planted.py").unlink()
    assert project.run("test_pure.py").ret == pytest.ExitCode.OK
    result = project.run(".")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "1 watched test saw no connection: test_pure.py::test_nothing_of_a_database",
            "the run is red: not one watched test saw a connection of SQLAlchemy*",
        ]
    )


def test_a_contract_runs_beside_a_watch(suite: Suite) -> None:
    """Neither sees what the other does."""
    project = suite("httpx_asyncio")
    project.key('contract_app = "reference_app:create_app"\ncontract_rule = ["SES-01"]')
    for path in project.pytester.path.glob("test_[!p]*.py"):
        path.unlink()
    result = project.run("-p", "no:randomly")
    assert PLANTED["httpx_asyncio"] == broken_in(result)
    result.stdout.fnmatch_lines(["conformant at level required: 1 rule decided by *"])


FAILING = """
from shop import kept
from sqlalchemy import create_engine


def test_of_its_own():
    kept.append(create_engine("sqlite://").connect())
    assert kept == []
"""


def test_a_test_that_fails_by_itself_is_not_judged(suite: Suite) -> None:
    """Its own failure is told, and its traceback may keep what it held."""
    project = suite("services")
    project.write("test_failing.py", FAILING)
    result = project.run("test_failing.py")
    result.assert_outcomes(failed=1)
    assert broken_in(result) == {}
