"""Of a run that is spread, tests that share what is made go to one worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contract_tests.runner.items import rule_of_item
from contract_tests.runner.scope_scheduling import ScopeScheduling, scoped
from contract_tests.runner.scopes import BY_SUBJECT, WHOLE, shared_by
from proofs.loading import LEAN

ROOT = Path(__file__).resolve().parent.parent
RULES = "DIS-01,DIS-02,DIS-03,FAI-05,FAI-10"
TESTS = ["alone 1", "alone 2", "a 1", "b 1", "alone 3", "a 2", "b 2", "a 3", "alone 4"]
PASSED = re.compile(
    r"^\[(gw\d)\].* PASSED .*test_(failures|disconnect)\w*\.py::\w+\[(\w+)", re.MULTILINE
)


@dataclass(frozen=True)
class Gateway:
    """The way to a worker."""

    id: str = "gw0"


@dataclass(eq=False)
class Worker:
    """A worker as a scheduler sees it, which runs its tests when told to."""

    sent: list[int] = field(default_factory=list)
    ran: int = 0
    shutting_down: bool = False
    gateway: Gateway = field(default_factory=Gateway)

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        """Take tests."""
        self.sent += indices

    def shutdown(self) -> None:
        """Be told that no test will come."""
        self.shutting_down = True


def names(tests: Sequence[str]) -> list[str]:
    """Return what a worker tells: the tests of `a` and `b` share something."""
    return [scoped(test, "" if "alone" in test else test[0]) for test in tests]


def begun(config: pytest.Config, *workers: Worker) -> ScopeScheduling:
    """Return a scheduler that has sent the first tests."""
    made = ScopeScheduling(len(workers), config)
    for worker in workers:
        made.add_node(worker)
        made.add_node_collection(worker, names(TESTS))
    made.schedule()
    return made


def run_one(scheduler: ScopeScheduling, worker: Worker) -> None:
    """Let a worker run a test, if it knows the next one or is to end."""
    left = worker.sent[worker.ran :]
    if left and (len(left) > 1 or worker.shutting_down):
        worker.ran += 1
        scheduler.mark_test_complete(worker, left[0])


def run_all(scheduler: ScopeScheduling, *workers: Worker) -> None:
    """Let workers run one test each in turn until none is left."""
    while scheduler.has_pending:
        for worker in workers:
            run_one(scheduler, worker)


def test_a_scope_is_sent_to_one_worker_in_one_piece(pytestconfig: pytest.Config) -> None:
    """Each worker gets the tests in their order, but for those that come with the first."""
    workers = (Worker(), Worker())
    run_all(begun(pytestconfig, *workers), *workers)
    sent = [[TESTS[index] for index in worker.sent] for worker in workers]
    first, second = (
        ["alone 1", "alone 2", "b 1", "b 2", "alone 4"],
        ["a 1", "a 2", "a 3", "alone 3"],
    )
    assert [first, second] == sent


def test_what_a_dead_worker_has_not_begun_is_left_to_others(pytestconfig: pytest.Config) -> None:
    """The test that it was running is named, and not sent again."""
    dead, living = Worker(), Worker()
    scheduler = begun(pytestconfig, dead, living)
    assert scheduler.remove_node(dead) == "alone 1"
    run_all(scheduler, living)
    assert sorted(living.sent) == list(range(1, len(TESTS)))


def test_a_worker_that_comes_later_gets_its_part(pytestconfig: pytest.Config) -> None:
    """One that takes the place of a dead one is sent what is left."""
    dead, later = Worker(), Worker()
    scheduler = begun(pytestconfig, dead)
    scheduler.remove_node(dead)
    scheduler.add_node(later)
    scheduler.add_node_collection(later, names(TESTS))
    scheduler.schedule()
    run_all(scheduler, later)
    assert sorted(later.sent) == list(range(1, len(TESTS)))


def test_a_test_that_is_to_run_again_is_sent_first(pytestconfig: pytest.Config) -> None:
    """Another plug-in may ask for that by its name alone."""
    worker = Worker()
    scheduler = begun(pytestconfig, worker)
    run_one(scheduler, worker)
    first = len(worker.sent)
    scheduler.mark_test_pending("alone 1")
    run_all(scheduler, worker)
    assert worker.sent.index(0, 1) == first


def test_where_time_is_short_the_cheapest_is_sent_first(pytestconfig: pytest.Config) -> None:
    """A scope has the turn of its cheapest test; tests of others have none, and stay first."""
    worker, turns = Worker(), {"a 1": 3, "b 1": 9, "a 2": 8, "b 2": 2, "a 3": 7, "alone 4": 1}
    made = ScopeScheduling(1, pytestconfig)
    made.add_node(worker)
    told = [scoped(t, "" if "alone" in t else t[0], turns.get(t, 0)) for t in TESTS]
    made.add_node_collection(worker, told)
    made.schedule()
    made.hurry()
    run_all(made, worker)
    assert [TESTS[index] for index in worker.sent] == [
        *("alone 1", "alone 2", "alone 3"),
        *("alone 4", "b 1", "b 2", "a 1", "a 2", "a 3"),
    ]


class Errors:
    """A plug-in that keeps what went wrong with the collection."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the text."""
        self.text = report.longreprtext


def test_workers_with_different_tests_are_an_error(pytester: pytest.Pytester) -> None:
    """Nothing is sent, and the run is told why."""
    config, errors = pytester.parseconfig(), Errors()
    config.pluginmanager.register(errors)
    first, second = workers = (Worker(gateway=Gateway("gw0")), Worker(gateway=Gateway("gw1")))
    made = ScopeScheduling(2, config)
    for worker, tests in zip(workers, (TESTS, TESTS[1:]), strict=True):
        made.add_node(worker)
        made.add_node_collection(worker, names(tests))
    made.schedule()
    assert errors.text == "gw1 has collected other tests than gw0"
    assert [first.sent, second.sent] == [[], []]
    assert made.tests_finished


def spread(folder: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
    """Run some rules, and return what was printed and the report."""
    path = folder / "report.json"
    command = [sys.executable, "-m", "pytest", "contract_tests", "--contract-rule", RULES]
    done = subprocess.run(
        [*command, "--contract-report", str(path), "-p", "no:cacheprovider", *LEAN, *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads(path.read_text(encoding="utf-8"))


def test_no_two_workers_make_the_same(tmp_path: Path) -> None:
    """Each sweep is made by one; verdicts and totals are those of a plain run."""
    printed, told = spread(tmp_path, "-n", "2", "-v")
    makers = defaultdict(set)
    for worker, area, subject in PASSED.findall(printed):
        makers[area, subject].add(worker)
    assert {len(workers) for workers in makers.values()} == {1}
    assert set.union(*makers.values()) == {"gw0", "gw1"}
    _, plain = spread(tmp_path)
    assert plain["totals"] == told["totals"]
    assert verdicts(plain) == verdicts(told)


def verdicts(report: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return every verdict of a report, in no order."""
    return {(row["rule"], row["case"], row["verdict"]) for row in report["verdicts"]}


class Collected:
    """A plug-in that keeps the tests of a collection."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep them."""
        self.items = session.items


def test_every_scope_stands_for_something_that_tests_share(pytester: pytest.Pytester) -> None:
    """A fixture that makes things for several tests is known by its name."""
    kept = Collected()
    suite = str(ROOT / "contract_tests" / "suite")
    app = ("--contract-app", "reference_app:create_app")
    pytester.inline_run(suite, "--collect-only", "-q", *app, plugins=[kept])
    scopes = defaultdict(list)
    for item in kept.items:
        assert rule_of_item(item)
        scopes[shared_by(item)].append(item.nodeid)
    assert {scope.partition(" ")[0] for scope in scopes} == {"", *WHOLE, *BY_SUBJECT}
    assert len(scopes["programs"]) == 3
