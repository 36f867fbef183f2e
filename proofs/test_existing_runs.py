"""A run on a database of others leaves it as it was, however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from contract_tests.databases import provide
from contract_tests.databases.journal import Journal
from contract_tests.databases.turn import turn
from proofs.conftest import Servers
from proofs.owners import dumped, inside, script_of, settle_items, written
from proofs.servers import VARIABLES

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("sqlite", "postgresql", "mysql")
RULES = "CRU-01,SES-01"
DRAWN = ("--contract-rule", "API-03")
PLAIN = "reference_app:create_app"
ENDING = "proofs.signalling_app:create"
LIMIT = 120


@pytest.fixture
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are kept in a folder of this test, here and in the processes it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture(params=KINDS)
def address(
    request: pytest.FixtureRequest, servers: Servers, tmp_path: Path, journals: None
) -> Iterator[URL]:
    """A database in which the owner has fifty items, and notes without a key."""
    kind: str = request.param
    with ExitStack() as stack:
        if kind == "sqlite":
            url = make_url(f"sqlite+aiosqlite:///{tmp_path}/own.db")
        else:
            given = servers.environ(kind)[VARIABLES[kind]]
            made = stack.enter_context(provide(given)).make()
            url = make_url(given).set(database=made.url.database, drivername=made.url.drivername)
        inside(url, settle_items)
        yield url


@pytest.fixture
def file(tmp_path: Path, journals: None) -> URL:
    """The same in a SQLite file."""
    url = make_url(f"sqlite+aiosqlite:///{tmp_path}/own.db")
    inside(url, settle_items)
    return url


def options(app: str, url: URL) -> list[str]:
    """What every run is asked for."""
    return [
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "--contract-profile",
        "quick",
        "--contract-app",
        app,
        "--contract-allow-existing-database",
        "--contract-database",
        url.render_as_string(hide_password=False),
    ]


def run(app: str, url: URL, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the contract in a process of its own, until that one has ended."""
    suite = str(ROOT / "contract_tests")
    command = [sys.executable, "-m", "pytest", suite, *options(app, url)]
    return finished([*command, "--contract-rule", RULES, *arguments], environ)


def finished(command: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def ended_by(signals: str, url: URL, after: int = 8) -> subprocess.CompletedProcess[str]:
    """Run until the app has stored so many items, and sends the signals."""
    return run(ENDING, url, ENDING_AFTER=str(after), ENDING_SIGNALS=signals)


def wait_for_guardian(url: URL) -> None:
    """Wait until nobody uses the database any more."""
    with turn(Journal.of(url).lock, str(url)):
        pass


def test_every_row_is_as_it_was(address: URL) -> None:
    """After a whole run, with drawn requests, all tables hold what they held."""
    before = dumped(address)
    done = run(PLAIN, address, *DRAWN)
    assert done.returncode == 0, done.stdout
    assert "existing, used with permission; rows are put back at the end" in done.stdout
    assert before == dumped(address)


def test_a_file_is_the_same_as_sql(file: URL) -> None:
    """The whole file reads as before, and drawn requests to its rows were not sent."""
    path = Path(str(file.database))
    before = script_of(path)
    done = run(PLAIN, file, *DRAWN)
    assert "requests not sent, to rows that were there before: " in done.stdout
    assert before == script_of(path)


def test_one_worker_does_all_of_it(file: URL, tmp_path: Path) -> None:
    """With pytest-xdist one worker runs the contract, while the tests of a team are spread."""
    before = dumped(file)
    team = tmp_path / "test_team.py"
    team.write_text("import pytest\n@pytest.mark.parametrize('n', range(9))\ndef test_n(n): pass\n")
    done = run(PLAIN, file, str(team), "-n", "2", "--dist", "worksteal", "-v")
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("[gw")]
    workers = {line.split("]")[0] for line in lines if "suite/test_" in line}
    assert len(workers) == 1
    assert "contract: all on one worker" in done.stdout
    assert before == dumped(file)


@pytest.mark.parametrize("signals", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_cleans_up(file: URL, signals: str) -> None:
    """Ctrl-C and SIGTERM end the run as interrupted, and no row is left or lost."""
    before = dumped(file)
    done = ended_by(signals, file)
    assert done.returncode == pytest.ExitCode.INTERRUPTED, done.stdout + done.stderr
    assert before == dumped(file)


def test_who_cannot_wait_for_that_is_waited_for(file: URL) -> None:
    """A second Ctrl-C, in the midst of the cleaning, leaves it to the guardian."""
    before = dumped(file)
    environ = {"ENDING_AFTER": "8", "ENDING_SIGNALS": "SIGINT", "ENDING_AT_STOP": "SIGINT"}
    done = run(ENDING, file, **environ)
    assert done.returncode == -signal.SIGINT, done.stdout + done.stderr
    wait_for_guardian(file)
    assert before == dumped(file)


def test_the_command_hands_a_termination_on(file: URL) -> None:
    """Who ends `contract-tests run` ends the run in it, which cleans up."""
    before = dumped(file)
    command = [sys.executable, "-m", "contract_tests", "run", *options(ENDING, file)]
    environ = {"ENDING_AFTER": "8", "ENDING_SIGNALS": "parent:SIGTERM"}
    done = finished([*command, "--contract-rule", RULES], environ)
    assert done.returncode == pytest.ExitCode.INTERRUPTED, done.stdout + done.stderr
    assert before == dumped(file)


def test_a_killed_run_is_cleaned_up_after(address: URL) -> None:
    """When the run is killed, the process that watches it puts the rows back."""
    before = dumped(address)
    done = ended_by("SIGKILL", address)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    wait_for_guardian(address)
    assert before == dumped(address)
    assert Journal.of(address).read() == (None, ())


@pytest.mark.skipif(sys.platform != "linux", reason="the guardian is found in /proc")
def test_the_next_run_tells_of_one_that_nobody_outlived(file: URL) -> None:
    """When the guardian is killed too, the next run counts what is left, and touches none of it."""
    ended_by("guardian:SIGKILL SIGKILL", file)
    left = dumped(file)
    done = run(PLAIN, file)
    assert "rows that are not as they were before a run that was killed: example_items 1;" in (
        done.stdout
    )
    assert left == dumped(file)


def test_a_second_run_is_refused(file: URL) -> None:
    """Of two runs on one database the second is told who uses it, in one line."""
    before = dumped(file)
    with turn(Journal.of(file).lock, "it"):
        done = run(PLAIN, file)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"another contract run (pid {os.getpid()}) is using " in done.stderr
    assert before == dumped(file)


def test_an_app_that_cannot_start_costs_no_row(file: URL) -> None:
    """A run that ends before its first request leaves every row."""
    before = dumped(file)
    done = run("proofs.signalling_app:unable_to_start", file)
    assert "no start today" in done.stderr
    assert before == dumped(file)


def test_rows_that_stay_turn_the_run_red(file: URL) -> None:
    """What could not be put back is told in one line, and the exit code is 1."""
    written(file, "create table counter (n int primary key)", "insert into counter values (1)")
    written(
        file,
        """create trigger counted after insert on example_items begin
           delete from counter; end""",
        """create trigger kept before insert on counter begin select raise(abort, 'no'); end""",
    )
    done = run(PLAIN, file)
    assert "database NOT as it was before: rows that could not be put back: counter 1" in (
        done.stdout
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
