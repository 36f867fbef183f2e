"""What a run has made goes with its process, also where that is ended by force."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from contract_tests.databases import DatabaseUnavailable, provide
from contract_tests.databases.last_acts import undo_all, undone_at_last
from proofs.conftest import Servers
from proofs.test_closing import APP, PLAIN, ROOT

LEFT = """
import sys
from contract_tests.databases import provide
from contract_tests.runner.exits import leave

server = provide(sys.argv[1]).__enter__()
print(server.make().url.render_as_string(hide_password=False), flush=True)
leave(3)
"""


@pytest.fixture(autouse=True)
def none_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process owes itself is not called for."""
    monkeypatch.setattr("contract_tests.databases.last_acts._PENDING", [])


def acts_in(notes: list[str], *names: str) -> list[Callable[[], object]]:
    """Acts that note their names."""
    return [lambda name=name: notes.append(name) for name in names]  # type: ignore[misc]


def test_acts_come_in_reverse_and_once() -> None:
    """The end of their blocks does not call them again."""
    notes: list[str] = []
    with ExitStack() as stack:
        for act in acts_in(notes, "server", "database"):
            stack.enter_context(undone_at_last(act))
        undo_all()
        assert notes == ["database", "server"]
    assert notes == ["database", "server"]


def test_an_act_that_fails_leaves_the_others() -> None:
    """Each is owed for itself."""
    notes: list[str] = []
    failing = dict[str, str]().popitem
    with ExitStack() as stack:
        for act in (*acts_in(notes, "server"), failing):
            stack.enter_context(undone_at_last(act))
        undo_all()
    assert notes == ["server"]


def test_an_act_that_does_not_end_keeps_nobody() -> None:
    """The process is ended without it."""
    is_over = threading.Event()
    with undone_at_last(is_over.wait):
        undo_all(limit=0)
        is_over.set()


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mysql"])
def test_a_database_goes_with_a_process_that_leaves(database: str, servers: Servers) -> None:
    """A server that others use keeps nothing of the run."""
    environ = os.environ | servers.environ(database) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LEFT, database]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    address = done.stdout.strip()
    if database == "sqlite":
        assert not Path(make_url(address).database or "").parent.exists()
        return
    with pytest.raises(DatabaseUnavailable), provide(address, allow_existing=True):
        pass


def test_an_app_that_ends_the_process_leaves_no_folder(tmp_path: Path) -> None:
    """`os._exit` in a request comes after that."""
    variables = {"PYTHONPATH": str(ROOT), "PROOF_ENDING": "request:os._exit"}
    command = [sys.executable, "-m", *PLAIN, "--contract-rule", "SES-01"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        _, told = run.communicate()
    assert f"while looking for the collection of {APP}" in told
    places = (Path("/dev/shm"), Path("/tmp"))  # noqa: S108
    assert [path for place in places for path in place.glob(f"contract-tests-{run.pid}-*")] == []
