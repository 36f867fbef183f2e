"""A child process starts, asks and stops an app, and says what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contract_tests.databases import Database, provide
from contract_tests.instruments.confinement import Confinement
from contract_tests.rules.violation import Elsewhere
from contract_tests.service.address import Handover
from contract_tests.service.workers.fork_server import ForkServer
from contract_tests.service.workers.subprocess_app import SubprocessApp
from proofs.conftest import Servers

ROOT = Path(__file__).resolve().parent.parent
ITEMS = "/api/v1/examples/database-example/"
FACTORY = "reference_app:create_app"
MODULE = "proofs.broken.at_import.connects:app"
ABSENT = "reference_app:absent"
TrialOf = Callable[[str], SubprocessApp]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Database]:
    """A new database of each kind."""
    with provide(request.param, environ=servers.environ(request.param)) as server:
        yield server.make()


@pytest.fixture(scope="module", params=["forked", "spawned"])
def fork_server(request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    """Both ways to get an interpreter: a fork, and a start from nothing."""
    with ForkServer(can_fork=request.param == "forked") as fork_server:
        yield fork_server


@pytest.fixture
def worker_of(database: Database, fork_server: ForkServer, tmp_path: Path) -> TrialOf:
    """The app in a process of its own, led to the database."""
    variables = Handover((), Confinement(tmp_path)).variables(database)
    return lambda app: SubprocessApp(app, (ROOT,), variables, fork_server)


@pytest.mark.parametrize("app", [FACTORY, MODULE])
def test_an_app_is_started_asked_and_stopped(app: str, worker_of: TrialOf) -> None:
    """A factory's app and a module's app answer requests, and leave nothing after a stop."""
    with worker_of(app) as trial:
        number = trial.begin()["app"]
        created = trial.request(number, "POST", ITEMS, body={"name": "kettle"})
        stopped = trial.ask("stop", app=number)
        left = trial.ask("census")
        assert (created["status"], stopped) == (201, {"ok": True})
        kinds = ("connections", "tasks", "database_tasks", "threads", "by_alias")
        assert left == {"ok": True} | {kind: [] for kind in kinds}
        assert trial.ends(10)


def test_connections_of_an_import_are_told(worker_of: TrialOf) -> None:
    """The line that connects while the module is imported is named."""
    with worker_of(MODULE) as trial:
        taken = trial.import_app()["taken"]
    assert taken != []
    assert "in in_turn" in taken[0]


def test_a_wrong_name_is_an_answer(worker_of: TrialOf) -> None:
    """An app that is not there is told as a failure, and the child goes on to obey."""
    with worker_of(ABSENT) as trial:
        answer = trial.begin()
        assert not answer["ok"]
        assert "absent" in answer["error"]
        assert trial.ask("census")["ok"]


def test_a_held_start_goes_on_when_it_is_told_to(worker_of: TrialOf) -> None:
    """A gate stops the start before its schema; the reply opens it."""
    with worker_of(FACTORY) as trial:
        trial.ask("gate", before="create")
        trial.tell_app("begin")
        assert trial.receive()["gate"].startswith("CREATE TABLE example_items")
        trial.tell(act="go")
        assert trial.result()["ok"]


def test_a_child_that_died_says_so(worker_of: TrialOf) -> None:
    """After the end of its process, every answer tells of the end."""
    with worker_of(FACTORY) as trial:
        assert trial.ends(10)
        assert trial.ask("census")["error"].startswith("the process ended")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_child_starts_is_confined_too(
    worker_of: TrialOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that the app gives an environment of its own still writes nothing elsewhere."""
    own = tmp_path / "own.db"
    with closing(sqlite3.connect(own)) as connection:
        connection.execute("create table labels (id integer primary key, name text)")
    before = own.read_bytes()
    monkeypatch.setenv("OWN_URL", f"sqlite+aiosqlite:///{own}")
    with worker_of("proofs.strays.past_sqlalchemy:own_environment") as trial:
        begun = trial.begin()
        with pytest.raises(Elsewhere, match="to change it"):
            trial.request(begun["app"], "POST", "/labels", body={"name": "kettle"})
    assert before == own.read_bytes()
