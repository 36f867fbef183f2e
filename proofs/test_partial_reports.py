"""What was known of a run can be read after any end of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.reports.json_report import as_json
from contract_tests.reports.partial import PartialReport, is_special, read_report
from contract_tests.reports.record import RunRecord
from proofs.test_closing import PLAIN, ROOT, ended

ENDING = """
import os, signal
seen = []


def pytest_runtest_call(item):
    seen.append(item)
    if len(seen) == 3:
        {act}
"""
ACTS = {
    "SIGKILL": "os.kill(os.getpid(), signal.SIGKILL)",
    "os._exit": "os._exit(0)",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM)",
    "SIGINT": "os.kill(os.getpid(), signal.SIGINT)",
}


def told(report: Path) -> subprocess.CompletedProcess[str]:
    """What `contract-tests report` says of a report."""
    return subprocess.run(
        [sys.executable, "-m", "contract_tests", "report", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("act", ACTS)
def test_a_run_that_does_not_end_leaves_what_was_known(act: str, tmp_path: Path) -> None:
    """Two tests gave their verdict; the third ended the run."""
    (tmp_path / "ending.py").write_text(ENDING.format(act=ACTS[act]), encoding="utf-8")
    arguments = ("-p", "ending", "--contract-report", "report.json")
    done = ended((*PLAIN, "-o", f"pythonpath={tmp_path}"), ":nothing", *arguments, folder=tmp_path)
    assert done.returncode != 0
    text = told(tmp_path / "report.json")
    assert text.returncode == 1, text.stderr
    assert "contract of proofs.ending_app:make on sqlite" in text.stdout
    assert "NOT conformant at level required: 1 rule decided by 2 judgements" in text.stdout
    assert "tests gave no verdict" in text.stdout


def test_a_run_that_was_killed_names_its_last_test(tmp_path: Path) -> None:
    """A line that was torn is no line."""
    report = tmp_path / "report.json"
    written = PartialReport(report)
    for kind, content in as_json(RunRecord.empty()).items():
        written.add(kind, content)
    written.add("begun", "test_x.py::test_y")
    with (tmp_path / "report.json.part").open("a", encoding="utf-8") as lines:
        lines.write('{"verdict": {"rule"')
    assert read_report(report).faults == (
        "the run did not end; the last test begun was test_x.py::test_y",
    )


def test_half_a_character_is_written(tmp_path: Path) -> None:
    """A service may answer with one: it is read back from the report, and from its lines."""
    report, run = tmp_path / "report.json", replace(RunRecord.empty(), faults=("half: \ud800",))
    written = PartialReport(report)
    for kind, content in as_json(run).items():
        written.add(kind, content)
    assert read_report(report).faults[0] == "half: \ud800"
    written.end(as_json(run))
    assert read_report(report) == run


def test_a_whole_report_takes_the_place_of_its_lines(tmp_path: Path) -> None:
    """One file is left, and the terminal's last section can be read from it."""
    done = ended(PLAIN, ":nothing", "--contract-report", "r/report.json", folder=tmp_path)
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["report.json"]
    text = told(tmp_path / "r" / "report.json")
    assert text.returncode == 0, done.stdout
    assert text.stdout.splitlines()[-1] in done.stdout


@pytest.mark.parametrize("content", ["", "[]", "{}", None])
def test_what_is_no_report_is_told(content: str | None, tmp_path: Path) -> None:
    """One line and the code of a usage error."""
    report = tmp_path / "report.json"
    if content is not None:
        report.write_text(content, encoding="utf-8")
    text = told(report)
    assert text.returncode == 2
    assert text.stderr.startswith(f"{report} ")
    assert text.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_device_is_left_where_it_is(tmp_path: Path) -> None:
    """A report goes to /dev/full: nothing is taken away, and what it refused is told."""
    assert is_special(Path(os.devnull))
    link = tmp_path / "report.json"
    link.symlink_to("/dev/full")
    done = ended(PLAIN, ":nothing", "--contract-report", str(link), folder=tmp_path)
    assert link.is_symlink()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT conformant: the report could not be written: " in done.stdout


def test_a_report_that_nobody_wants_is_no_file(tmp_path: Path) -> None:
    """What is given as /dev/null is written to, and nothing is left beside it."""
    done = ended(PLAIN, ":nothing", "--contract-report", os.devnull, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert Path(os.devnull).is_char_device()
    assert not Path(f"{os.devnull}.part").exists()
