"""The differences between two reports as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.__main__ import main
from contract_tests.reports.comparing import Change, changes_between
from contract_tests.reports.html_report.changes_page import changes_as_html
from contract_tests.reports.json_report import as_json, write_report
from contract_tests.reports.record import RunRecord
from proofs.reported_run import HOSTILE
from proofs.test_baseline import BROKEN, KEPT, LEAK, OPEN, OTHER, run_of, verdict
from proofs.test_html import read, shown

OLD = run_of(verdict("upheld"), OTHER, verdict("broken", "read", LEAK))
NEW = run_of(BROKEN, KEPT, verdict("broken", "delete", OPEN), verdict("broken", "update", OPEN))


def test_every_difference_is_told_by_its_group() -> None:
    """The worse first, and places of one rule that say the same in one line."""
    text = read(changes_as_html(changes_between([OLD], [NEW]), "old.json", "new.json")).text
    assert "Something got worse 5 differences, 3 of them for the worse" in text
    assert "What is other in new.json than in old.json" in text
    for words in (
        f'list upheld -> broken (required): "{LEAK}"',
        f'delete, update broken (required): "{OPEN}"',
        f'create broken -> upheld (required): "{LEAK}"',
        f'read broken (required): "{LEAK}"',
    ):
        assert words in text
    order = [text.rindex(name) for name in ("Worse", "Appeared", "Better", "Vanished")]
    assert order == sorted(order)


def test_two_reports_that_are_alike_are_a_page_too() -> None:
    """It says so, and has no table."""
    reader = read(changes_as_html([], "a.json", "b.json"))
    assert "Nothing got worse no difference" in reader.text
    assert "table" not in {tag for tag, _ in reader.tags}


def test_what_a_service_says_stays_text_in_differences() -> None:
    """In words, places, runs, and names of files."""
    change = Change("appeared", HOSTILE, "SHOP-01", HOSTILE, HOSTILE)
    page = changes_as_html([change], HOSTILE, "b.json")
    reader = read(page)
    assert reader.text.count(shown(HOSTILE)) == 5
    assert [tag for tag, _ in reader.tags].count("script") == 1


@pytest.mark.parametrize(("old", "new", "code"), [(OLD, NEW, 1), (NEW, NEW, 0)])
def test_the_command_writes_the_page(
    old: RunRecord, new: RunRecord, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Instead of the words; the exit code is the same."""
    for name, run in (("old", old), ("new", new)):
        write_report(tmp_path / f"{name}.json", as_json(run))
    files = [str(tmp_path / name) for name in ("old.json", "new.json")]
    assert main(["diff", *files, "--html", str(tmp_path / "out" / "diff.html")]) == code
    assert capsys.readouterr().out == ""
    assert "new.json than in old.json" in (tmp_path / "out" / "diff.html").read_text("utf-8")


def test_a_page_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback for a folder that was named as a file."""
    write_report(tmp_path / "a.json", as_json(OLD))
    path = str(tmp_path / "a.json")
    assert main(["diff", path, path, "--html", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path} cannot be written: Is a directory\n"
