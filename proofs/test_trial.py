"""A child process starts, asks and stops an app, and says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract_tests.databases import Database, provide
from contract_tests.instruments.confinement import Confinement
from contract_tests.service.address import Handover
from contract_tests.service.workers.fork_server import Nursery
from contract_tests.service.workers.subprocess_app import Trial
from proofs.conftest import Servers

ROOT = Path(__file__).resolve().parent.parent
ITEMS = "/api/v1/examples/database-example/"
FACTORY = "reference_app:create_app"
MODULE = "proofs.broken.at_import.connects:app"
ABSENT = "reference_app:absent"
TrialOf = Callable[[str], Trial]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Database]:
    """A new database of each kind."""
    with provide(request.param, environ=servers.environ(request.param)) as server:
        yield server.make()


@pytest.fixture(scope="module", params=["forked", "spawned"])
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    """Both ways to get an interpreter: a fork, and a start from nothing."""
    with Nursery(can_fork=request.param == "forked") as nursery:
        yield nursery


@pytest.fixture
def trial_of(database: Database, nursery: Nursery, tmp_path: Path) -> TrialOf:
    """The app in a process of its own, led to the database."""
    variables = Handover((), Confinement(tmp_path)).variables(database)
    return lambda app: Trial(app, (ROOT,), variables, nursery)


@pytest.mark.parametrize("app", [FACTORY, MODULE])
def test_an_app_is_started_asked_and_stopped(app: str, trial_of: TrialOf) -> None:
    """A factory's app and a module's app answer requests, and leave nothing after a stop."""
    with trial_of(app) as trial:
        number = trial.started()
        created = trial.request(number, "POST", ITEMS, body={"name": "kettle"})
        stopped = trial.ask("stop", app=number)
        left = trial.ask("census")
        assert (created["status"], stopped) == (201, {"ok": True})
        assert left == {"ok": True, "connections": [], "tasks": [], "threads": []}
        assert trial.ends(10)


def test_connections_of_an_import_are_told(trial_of: TrialOf) -> None:
    """The line that connects while the module is imported is named."""
    with trial_of(MODULE) as trial:
        taken = trial.import_app()["taken"]
    assert taken != []
    assert "in create_example_schema" in taken[0]


def test_a_wrong_name_is_an_answer(trial_of: TrialOf) -> None:
    """An app that is not there is told as a failure, and the child goes on to obey."""
    with trial_of(ABSENT) as trial:
        answer = trial.begin()
        assert not answer["ok"]
        assert "absent" in answer["error"]
        assert trial.ask("census")["ok"]


def test_a_held_start_goes_on_when_it_is_told_to(trial_of: TrialOf) -> None:
    """A gate stops the start before its schema; the reply opens it."""
    with trial_of(FACTORY) as trial:
        trial.ask("gate", before="create")
        trial.tell_app("begin")
        assert trial.hear()["gate"].startswith("CREATE TABLE example_items")
        trial.tell(act="go")
        assert trial.result()["ok"]


def test_a_child_that_died_says_so(trial_of: TrialOf) -> None:
    """After the end of its process, every answer tells of the end."""
    with trial_of(FACTORY) as trial:
        assert trial.ends(10)
        assert trial.ask("census")["error"].startswith("the process ended")
