"""A decorated test is run once for each point, and fails at the one where something is lost."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from contract_tests import disturbed, every_fault
from contract_tests.rules.violation import UsageError
from proofs.styles import OPTIONS, Project, copy, set_apart

Suite = Callable[[str], Project]

FAILED = re.compile(r"^FAILED \S+?::(\S+)", re.MULTILINE)
REPLAY = re.compile(r'^replay    pytest "(\S+)" --contract-point (\S+)$', re.MULTILINE)


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Makes a copy of the suite of a style."""
    set_apart(monkeypatch)
    return lambda style: Project(pytester, style)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> pytest.LineMatcher:
    """Gives what pytest says of the broken tests, which are run once."""
    folder = tmp_path_factory.mktemp("transfers")
    copy("transfers", folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        set_apart(monkeypatch)
        words = [sys.executable, "-m", "pytest", *OPTIONS, "test_broken.py"]
        ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return pytest.LineMatcher(ran.stdout.splitlines())


def failed(said: pytest.LineMatcher) -> set[str]:
    """Give the names of the tests that failed."""
    return set(FAILED.findall(str(said)))


def replays(said: pytest.LineMatcher) -> dict[str, str]:
    """Give the point at which each failing test fails."""
    return {name.partition("::")[2]: at for name, at in REPLAY.findall(str(said))}


def test_two_commits_are_caught_at_the_point_between_them(broken: pytest.LineMatcher) -> None:
    """The failure is the test's own assertion, with the statement, the request and the replay."""
    broken.fnmatch_lines(
        [
            "E       assert [[]95, 0[]] in *",
            "*contract point*",
            "disturbed fault 3 of 4: UPDATE accounts * at bank.py:* in POST /halves -> 503",
            "fails too at 4",
            'replay    pytest "test_broken.py::test_halves" --contract-point fault:3',
            "disturbed cancellation 4 of *: after commit at bank.py:*, in POST /halves -> 499",
            "replay *test_halves_cancelled* --contract-point cancellation:4",
        ],
    )


def test_no_line_of_the_kit_is_shown(broken: pytest.LineMatcher) -> None:
    """A traceback leads from the test to the assertion."""
    assert [line for line in broken.str().splitlines() if "contract_tests/" in line] == []


def test_right_tests_pass(suite: Suite) -> None:
    """With requests, with a session of a fixture in the app, with parameters, twice decorated."""
    result = suite("transfers").run("test_good.py")
    result.assert_outcomes(passed=5, skipped=1)


def test_a_replay_is_of_one_point(suite: Suite) -> None:
    """It fails again there, and at no other."""
    project = suite("transfers")
    same = project.run("test_broken.py::test_halves", "--contract-point", "fault:3")
    assert replays(same.stdout) == {"test_halves": "fault:3"}
    assert "fails too" not in same.stdout.str()
    other = project.run("test_broken.py::test_halves", "--contract-point", "fault:2")
    other.assert_outcomes(passed=1)


def test_a_point_that_is_not_there_fails_and_tells_the_others(suite: Suite) -> None:
    """A replay that disturbs nothing does not pass."""
    project = suite("transfers")
    result = project.run("test_good.py::test_reading", "--contract-point", "fault:9")
    result.stdout.fnmatch_lines(["*there is no fault:9 in this test. Valid: fault:1 to fault:1"])
    other = project.run("test_good.py::test_reading", "--contract-point", "cancellation:1")
    other.stdout.fnmatch_lines(["*there is no cancellation:1 in this test. *"])


def test_a_point_in_other_words_is_refused_in_one_line(suite: Suite) -> None:
    """The line tells what was given, and what would be valid."""
    result = suite("transfers").run("--contract-point", "statement:1")
    result.stderr.fnmatch_lines(["*--contract-point: 'statement:1' is no point. Valid: fault:3, *"])


def test_what_a_point_leaves_behind_fails_a_test(broken: pytest.LineMatcher) -> None:
    """By the rule of the contract, with its timeline and fix, and without an assertion."""
    broken.fnmatch_lines(
        [
            "FAI-01 (required) *",
            "  observed  1 still out after POST /leaking -> 503: *",
            "  fix *",
            "replay *test_leak* --contract-point fault:1",
            "CAN-01 (required) *",
            "replay *test_leak_cancelled* --contract-point cancellation:*",
        ]
    )


def test_a_test_without_a_point_fails(broken: pytest.LineMatcher) -> None:
    """Nothing was disturbed, so nothing is known."""
    broken.fnmatch_lines(["nothing was disturbed: the test made no database call in *"])


def test_a_test_that_fails_anyway_is_told_as_ever(broken: pytest.LineMatcher) -> None:
    """Its failure names no point."""
    assert "test_fails_anyway" in failed(broken)
    assert "test_fails_anyway" not in replays(broken)


def test_a_point_that_fails_once_is_told_to_be_so(broken: pytest.LineMatcher) -> None:
    """Each first failing point is run three times."""
    broken.fnmatch_lines(["repeats   fails in 1 of 3 runs of this very point"])


def test_a_failure_after_all_points_is_told_to_be_so(broken: pytest.LineMatcher) -> None:
    """The undisturbed run comes first and last."""
    broken.fnmatch_lines(["undisturbed, and only after its disturbances"])


def test_a_cancelled_outer_transaction_is_told_of(broken: pytest.LineMatcher) -> None:
    """Gone with its connection, as is a database in memory: that is no defect of the app."""
    lost = [line for line in broken.str().splitlines() if line.startswith("lost ")]
    assert len(lost) == 2
    assert all("a cancelled call ends its connection, and with it" in line for line in lost)


def test_a_known_failure_is_one_at_its_point(broken: pytest.LineMatcher) -> None:
    """A strict `xfail` is satisfied by a point."""
    broken.fnmatch_lines(["* 1 xfailed*"])


def test_a_broken_fixture_is_an_error_as_ever(broken: pytest.LineMatcher) -> None:
    """It is told once, and not for each point."""
    broken.fnmatch_lines(["ERROR test_broken.py::test_broken_fixture *", "* 1 error *"])


def test_a_region_is_disturbed_alone(suite: Suite) -> None:
    """Service functions, with sessions of their own and of a fixture."""
    result = suite("transfers").run("test_services.py")
    expected = {"test_halves", "test_halves_cancelled", "test_halves_within", "test_leak"}
    assert expected == failed(result.stdout)


def test_every_order_of_two_calls(suite: Suite) -> None:
    """A lost update fails in its schedule, which is replayed; what is atomic passes in all."""
    project = suite("transfers")
    result = project.run("test_interleavings.py")
    assert {"test_lost_update", "test_nothing", "test_wrong", "test_unknown_fixture"} == failed(
        result.stdout
    )
    point = replays(result.stdout)["test_lost_update"]
    result.stdout.fnmatch_lines(
        ["disturbed interleaving A*, A is the test, B another_lost_update: A:SELECT *"]
    )
    again = project.run("test_interleavings.py::test_lost_update", "--contract-point", point)
    assert {"test_lost_update": point} == replays(again.stdout)


def test_outages_are_answered(suite: Suite) -> None:
    """No connection, no database, no COMMIT; a block that refused nothing fails."""
    result = suite("transfers").run("test_outages.py")
    assert {"test_no_commit", "test_no_call", "test_no_limit", "test_no_limited_pool"} == failed(
        result.stdout
    )
    result.stdout.fnmatch_lines(
        ["E*AssertionError: nothing was refused: no COMMIT was made inside the block"]
    )


def test_synchronous_tests(suite: Suite) -> None:
    """Starlette's client, threads, classes, those of unittest."""
    result = suite("transfers_threads").run()
    expected = {
        "test_halves",
        "TestService::test_service_in_halves",
        "test_nothing_waits",
        "TestOfUnittest::test_nothing",
        "test_lost_update_in_every_order",
    }
    assert expected == failed(result.stdout)
    assert replays(result.stdout)["test_halves"] == "fault:3"


def test_anyio_strict_mode_and_the_watch(suite: Suite) -> None:
    """Each async plug-in runs its own tests; fixtures of a module are set up once."""
    result = suite("transfers_anyio").run()
    assert {"test_halves", "test_strict_halves", "test_leak"} == failed(result.stdout)
    assert "the watch failed" not in result.stdout.str()


def test_a_shared_pool_is_as_warm_at_each_point(suite: Suite) -> None:
    """A run that has cost the fixture of a module its connection shifts no later point."""
    result = suite("transfers_anyio").run("test_anyio.py", "-k", "test_warm_module")
    result.assert_outcomes(passed=1)


def test_workers_tell_of_points(suite: Suite) -> None:
    """With pytest-xdist the controller prints what a worker has found."""
    result = suite("transfers").run("-p", "xdist", "-n", "1", "test_broken.py", "-k", "test_halves")
    assert replays(result.stdout)["test_halves"] == "fault:3"


def test_a_decorated_test_without_the_plug_in_says_so() -> None:
    """It does not pass as if it had been disturbed."""

    @every_fault
    def decorated() -> None:
        pass

    with pytest.raises(UsageError, match="need pytest with the plug-in"):
        decorated()
    with pytest.raises(UsageError, match="need pytest with the plug-in"), disturbed():
        pass
