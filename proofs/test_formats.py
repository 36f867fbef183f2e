"""Reports in other formats: made of the record alone, and whatever a service says is harmless."""

from __future__ import annotations

import unicodedata
from dataclasses import fields
from pathlib import Path

import pytest

from contract_tests.__main__ import main
from contract_tests.reports.files import SHARED, ReportFiles
from contract_tests.reports.formats import report_formats
from contract_tests.reports.json_report import as_json, write_report
from contract_tests.reports.partial import PartialReport
from contract_tests.runner.options import SETTINGS, Options
from proofs.golden_files import GOLDEN, golden_texts
from proofs.matrix import run_contract
from proofs.reported_run import sample_run, upheld_run
from proofs.test_closing import PLAIN, ended
from proofs.test_partial_reports import ACTS, ENDING

RUN = (sample_run(),)
TEXTS = golden_texts()


@pytest.mark.parametrize("name", TEXTS)
def test_a_report_is_as_its_golden_file(name: str) -> None:
    """`python -m proofs.golden_files` writes them anew; the difference is for a person to read."""
    assert (GOLDEN / name).read_text(encoding="utf-8") == TEXTS[name]


def test_every_golden_file_is_made() -> None:
    """No file is left of a format that is gone."""
    assert {path.name for path in GOLDEN.iterdir()} == set(TEXTS)


def steering(text: str) -> set[str]:
    """The characters of a text that are none to be seen."""
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n", "\t"}


@pytest.mark.parametrize("name", TEXTS)
def test_no_report_steers_a_terminal(name: str) -> None:
    """No control character of a service is left, none that turns a line round, no half of one."""
    assert steering(TEXTS[name]) == set()


def test_every_format_is_an_option() -> None:
    """Its name is no other option's."""
    known = [setting.field for setting in SETTINGS]
    assert sorted(known) == sorted({*known})
    assert set(report_formats()) <= set(known)
    assert set(report_formats()).isdisjoint(each.name for each in fields(Options))


def test_the_summary_of_a_job_is_added_to(tmp_path: Path) -> None:
    """What other steps have written stays, whatever becomes of the run."""
    path = tmp_path / "summary"
    path.write_text("of another step\n", encoding="utf-8")
    files = ReportFiles({"markdown": path}, {SHARED: str(path)})
    files.clear()
    for _ in range(2):
        assert list(files.write(RUN)) == [(path, "")]
    text = path.read_text(encoding="utf-8")
    assert text == "of another step\n" + 2 * TEXTS["markdown.md"]


def test_a_report_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    """The earlier one is gone before the run is over."""
    path = tmp_path / "summary.md"
    path.write_text("of an earlier run\n", encoding="utf-8")
    files = ReportFiles({"markdown": path}, {})
    files.clear()
    assert not path.exists()
    assert list(files.write(RUN)) == [(path, "")]
    assert path.read_text(encoding="utf-8") == TEXTS["markdown.md"]


def test_one_report_that_fails_leaves_the_others(tmp_path: Path) -> None:
    """The reason comes with the file that could not be written."""
    (tmp_path / "there").mkdir()
    paths = {"markdown": tmp_path / "there", "none": tmp_path / "b"}
    problems = dict(ReportFiles(paths, {}).write(RUN))
    assert "could not be written: " in problems[tmp_path / "there"]
    assert problems[tmp_path / "b"] == "could not be made: KeyError: 'none'"


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "trace.json"])
def test_every_format_tells_of_a_merged_report(name: str) -> None:
    """A report of several runs is one file too."""
    made = report_formats()[Path(name).stem]
    assert made.text_for(Path(name), (*RUN, upheld_run()))


@pytest.mark.parametrize("act", ["SIGINT", "SIGTERM"])
def test_a_run_that_is_ended_writes_its_reports(act: str, tmp_path: Path) -> None:
    """Ctrl-C leaves the report of two tests in each format, beside the JSON it can be made from."""
    (tmp_path / "ending.py").write_text(ENDING.format(act=ACTS[act]), encoding="utf-8")
    named = [w for name in report_formats() for w in (f"--contract-{name}", f"out/{name}")]
    arguments = ("-p", "ending", "--contract-report", "r.json", *named)
    done = ended((*PLAIN, "-o", f"pythonpath={tmp_path}"), ":nothing", *arguments, folder=tmp_path)
    assert done.returncode != 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(report_formats())
    assert "1 rule decided by 2 judgements" in (tmp_path / "out" / "markdown").read_text("utf-8")
    again = [w for name in report_formats() for w in (f"--{name}", str(tmp_path / "again" / name))]
    assert main(["report", str(tmp_path / "r.json"), *again]) == 1
    for name in report_formats():
        written = [(tmp_path / folder / name).read_bytes() for folder in ("out", "again")]
        assert written[0] == written[1]


def test_a_run_that_is_spread_writes_its_reports_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers of pytest-xdist leave that to the controller, which adds to a shared file once."""
    summary = tmp_path / "summary.md"
    summary.write_text("of another step\n", encoding="utf-8")
    monkeypatch.setenv(SHARED, str(summary))
    asked = ("-p", "xdist.plugin", "-n", "2", "--contract-markdown", str(summary))
    done = ended(PLAIN, ":nothing", *asked, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    text = summary.read_text("utf-8")
    assert text.startswith("of another step\n## Contract of proofs.ending")
    assert text.count("## Contract of") == 1


def test_a_run_that_was_killed_is_made_into_a_report(tmp_path: Path) -> None:
    """The lines that it has left are enough, and the report says that it did not end."""
    written = PartialReport(tmp_path / "r.json")
    for kind, content in as_json(upheld_run()).items():
        written.add(kind, content)
    out = tmp_path / "out.md"
    assert main(["report", str(tmp_path / "r.json"), "--markdown", str(out)]) == 1
    assert "the run did not end" in out.read_text("utf-8")


def test_a_hostile_service_breaks_out_of_no_report(tmp_path: Path) -> None:
    """It tells its words in the evidence, and they are its words and no more."""
    paths = {name: tmp_path / name for name in report_formats()}
    named = [f"--contract-{name}={path}" for name, path in paths.items()]
    asked = ("--contract-rule", "CRU-31,CRU-01", *named)
    result = run_contract("proofs.hostile_app:hostile", "sqlite", *asked)
    assert "alert(1)" in result.messages("CRU-31")
    texts = {name: path.read_text("utf-8") for name, path in paths.items()}
    assert {name for name, text in texts.items() if steering(text)} == set()
    assert {name for name, text in texts.items() if "alert(1)" in text} == {*texts} - {"badge"}
    assert "<script>alert(1)" not in texts["html"]


@pytest.mark.parametrize("names", [("ctrf",), ("ctrf", "sarif")])
def test_no_report_is_written_over_another(
    names: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what is wrong, and the report that is read stays as it is."""
    report = tmp_path / "run.json"
    write_report(report, as_json(upheld_run()))
    before = report.read_bytes()
    out = report if len(names) == 1 else tmp_path / "out.json"
    words = [word for name in names for word in (f"--{name}", str(out))]
    assert main(["report", str(report), *words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert report.read_bytes() == before
