"""A run that does not come to its end is red, and says where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = "proofs.ending_app:make"
LIMIT = 180.0
"""Seconds after which processes that could still print are said to live for ever."""

BARE = ("pytest", "-p", "contract_tests.plugin", "-c", os.devnull)
PLAIN = (*BARE, "--pyargs", "contract_tests.suite.test_sessions", "--contract-app", APP)
WATCHED = ("contract_tests", "run", APP)
COMMANDS = pytest.mark.parametrize("command", [PLAIN, WATCHED], ids=["pytest", "contract-tests"])
PLACES = {
    "import": f"while importing {APP}",
    "factory": f"while making {APP}",
    "start": f"while starting {APP}",
    "request": f"while looking for the collection of {APP}",
    "stop": f"while stopping {APP}",
}


def ended(
    command: tuple[str, ...],
    ending: str,
    *arguments: str,
    folder: Path,
    stdout: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """One rule is judged in a process of its own, with no plug-in but the kit's."""
    variables = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command, "--contract-rule", "SES-01", *arguments],
        cwd=folder,
        env=os.environ | variables | {"PROOF_ENDING": ending},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=LIMIT,
    )


@pytest.mark.parametrize("place", PLACES)
def test_an_app_cannot_end_the_run_green(place: str, tmp_path: Path) -> None:
    """`os._exit(0)` ends a plain pytest with code 1 and one line, wherever it is called."""
    done = ended(PLAIN, f"{place}:os._exit", folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"ended the run {PLACES[place]}: it failed, exit code 1" in done.stderr
    assert done.stderr.startswith("\ncontract: os._exit(0) at ending_app.py:")


@pytest.mark.parametrize("act", ["posix._exit", "os.execv"])
def test_no_other_door_leads_out(act: str, tmp_path: Path) -> None:
    """What `os._exit` is made of, and a program that takes the process over, are red as well."""
    done = ended(PLAIN, f"request:{act}", folder=tmp_path)
    assert done.returncode != 0, done.stdout + done.stderr


def test_a_thread_that_never_ends_does_not_keep_the_run(tmp_path: Path) -> None:
    """The process ends with the code it has decided, and names the thread."""
    done = ended(PLAIN, "request:thread", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "contract: threads of the app did not end within 5 s: forever" in done.stderr


def test_a_worker_does_not_outlive_its_controller(tmp_path: Path) -> None:
    """Nobody is left to end it, and a thread of the app would keep it for ever."""
    spread = ("-p", "xdist.plugin", "-n", "1")
    done = ended(PLAIN, "start:thread,request:controller", *spread, folder=tmp_path)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    assert "contract: threads of the app did not end within 5 s: forever" in done.stderr


def test_a_job_that_never_ends_does_not_keep_the_run(tmp_path: Path) -> None:
    """Nor does the executor of the loop, for which asyncio would wait for minutes."""
    done = ended(PLAIN, "request:executor", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "contract: threads of the app did not end within 5 s: asyncio_" in done.stderr


def test_what_runs_at_exit_does_not_keep_the_run(tmp_path: Path) -> None:
    """The process ends with the code it has decided, and names the line."""
    done = ended(WATCHED, "import:sleep at exit", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "contract: what runs at exit did not end within 10 s at threading.py:" in done.stderr


@pytest.mark.parametrize("place", ["import", "stop"])
def test_the_command_does_not_say_it_twice(place: str, tmp_path: Path) -> None:
    """The process that watches keeps quiet about what the other one has told."""
    done = ended(WATCHED, f"{place}:os._exit", folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("contract: ") == 1


@pytest.mark.parametrize(
    ("ending", "words"),
    {
        "import:odd": "ERROR: importing proofs.ending_app failed: Odd: odd (ending_app.py:",
        "factory:sys.exit": f"ERROR: {APP}() failed: SystemExit: 0 (ending_app.py:",
        "start:GeneratorExit": "startup failed: GeneratorExit: closed (ending_app.py:",
        "request:sys.exit": "could not create a row: POST /api/v1/examples/database-example/ "
        "-> 500 SystemExit: 0",
        "request:GeneratorExit": "-> 500 GeneratorExit: closed",
        "start:loop.stop": "ERROR: a task of the app stopped the event loop (ending_app.py:",
        "request:loop.stop": "ERROR: a task of the app stopped the event loop (ending_app.py:",
        "request:cancel": "ERROR: a task of the app cancelled the tasks of a server (ending_app.",
        "stop:loop.stop": "NOT conformant: a task of the app stopped the event loop (ending_app.",
        "stop:odd": "NOT conformant: the app's shutdown failed: Odd: odd (ending_app.py:",
        "stop:sys.exit": "NOT conformant: the app's shutdown failed: SystemExit: 0 (ending_app.py:",
    }.items(),
)
def test_what_ends_a_server_is_told_in_a_line(ending: str, words: str, tmp_path: Path) -> None:
    """`SystemExit`, a stopped loop and their like are a line, and no error of pytest."""
    done = ended(PLAIN, ending, folder=tmp_path)
    assert done.returncode in {1, 4}, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout


@COMMANDS
def test_a_failed_run_stays_failed(command: tuple[str, ...], tmp_path: Path) -> None:
    """`os._exit(0)` among the handlers of `atexit` does not turn a failure into a success."""
    done = ended(command, "import:atexit,stop:sys.exit", folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "contract: os._exit(0) came after the run had failed: exit code 1\n" in done.stderr


def test_a_green_run_may_end_so(tmp_path: Path) -> None:
    """After a conformant run, a handler of `atexit` may leave by `os._exit(0)`."""
    done = ended(PLAIN, "import:atexit", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_task_that_ends_a_server_is_seen(tmp_path: Path) -> None:
    """`SystemExit` in a task of the app, which asyncio lets through, stops no run but is red."""
    done = ended(PLAIN, "request:task", folder=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "a task of the app ended a server by SystemExit: 0 (ending_app.py:" in done.stderr


def test_ctrl_c_stops_the_run(tmp_path: Path) -> None:
    """A real interrupt in the midst of a request is no failure of the request."""
    done = ended(WATCHED, "request:SIGINT", folder=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "KeyboardInterrupt" in done.stdout


def test_a_crash_is_told_with_its_place(tmp_path: Path) -> None:
    """A signal that ends pytest is told by the process that watches it, with a shell's code."""
    done = ended(WATCHED, "start:segfault", folder=tmp_path)
    line = f"contract: signal SIGSEGV cut the run short {PLACES['start']}: it failed, exit code 139"
    assert done.returncode == 139
    assert done.stderr.endswith(f"{line}\n")


@pytest.mark.parametrize("act", ["os.close", "sys.stdout.close"])
def test_an_app_that_closes_the_output_is_told(act: str, tmp_path: Path) -> None:
    """Where pytest can write no more, the run is red and its reason a line."""
    done = ended(PLAIN, f"factory:{act}", folder=tmp_path)
    assert done.returncode in {1, 4}, done.stdout + done.stderr
    assert f"the app closed standard output {PLACES['factory']}" in done.stderr
    assert "Traceback" not in done.stderr


@COMMANDS
def test_a_reader_who_leaves_gets_no_traceback(command: tuple[str, ...], tmp_path: Path) -> None:
    """As in `contract-tests run | head -1`: red, with one line."""
    reading, writing = os.pipe()
    os.close(reading)
    done = ended(command, ":nothing", folder=tmp_path, stdout=writing)
    os.close(writing)
    assert done.returncode == 1
    assert "contract: standard output was closed while " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["request", "stop"])
def test_a_worker_that_ends_makes_the_run_red(place: str, tmp_path: Path) -> None:
    """With pytest-xdist the worker says where it was, and its controller that it has gone."""
    spread = ("-p", "xdist", "-n", "2", "--max-worker-restart", "0")
    done = ended(PLAIN, f"{place}:os._exit", *spread, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"ended the run {PLACES[place]}: " in done.stderr
    assert "NOT conformant: worker gw" in done.stdout


def test_the_fault_of_a_worker_makes_the_run_red(tmp_path: Path) -> None:
    """What no rule judges comes to the controller from whichever worker has seen it."""
    done = ended(PLAIN, "stop:sys.exit", "-p", "xdist", "-n", "1", folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT conformant: the app's shutdown failed: SystemExit: 0" in done.stdout


def test_the_report_of_an_earlier_run_does_not_stay(tmp_path: Path) -> None:
    """A run that dies leaves no report, and least of all one that is not its own."""
    report = tmp_path / "report.json"
    report.write_text('{"footer": {"conformant": true}}')
    ended(PLAIN, "import:os._exit", "--contract-report", str(report), folder=tmp_path)
    assert not report.exists()


def test_a_report_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    """A folder in the place of the report is a mistake in the command."""
    done = ended(PLAIN, ":nothing", "--contract-report", str(tmp_path), folder=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert f"{tmp_path} cannot be written: Is a directory; name a file" in done.stderr


def test_a_run_without_a_contract_is_left_alone(tmp_path: Path) -> None:
    """The plug-in alone changes nothing: `os._exit` is Python's own."""
    (tmp_path / "test_own.py").write_text(
        "import os, posix\ndef test_own() -> None:\n    assert os._exit is posix._exit\n"
    )
    done = ended(BARE, ":nothing", "test_own.py", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("act", ["fork", "multiprocessing", "subprocess"])
def test_children_end_as_they_like(act: str, tmp_path: Path) -> None:
    """What a forked child or another program does is not the end of the run."""
    done = ended(PLAIN, f"request:{act}", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "\nconformant at level required" in done.stdout


def test_a_program_that_calls_pytest_ends_as_it_likes(tmp_path: Path) -> None:
    """After `pytest.main` the process is its own again, whatever the contract has decided."""
    (tmp_path / "program.py").write_text(
        "import os, sys, pytest\n"
        "print('code', int(pytest.main(sys.argv[1:])), flush=True)\n"
        "os._exit(0)\n"
    )
    done = ended(("program", *PLAIN[1:]), "stop:sys.exit", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "code 1\n" in done.stdout


@pytest.mark.parametrize(("argument", "code"), [("--version", 0), ("--help", 0), ("--no-such", 4)])
def test_what_is_no_run_needs_no_record(argument: str, code: int, tmp_path: Path) -> None:
    """What pytest answers by itself keeps its exit code, and nothing is said beside it."""
    done = ended(WATCHED, ":nothing", argument, folder=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    assert "contract: " not in done.stderr
