"""Reports beside each other: of a matrix, of shards, and of an older and a newer run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.__main__ import main
from contract_tests.reports.comparing import change_lines, changes_between, is_regression
from contract_tests.reports.json_report import as_json, write_report
from contract_tests.reports.merging import as_merged_json, merged_runs, read_runs
from contract_tests.reports.record import RunRecord, Settings
from contract_tests.rules.totals import Totals
from contract_tests.rules.violation import UsageError
from proofs.test_baseline import BROKEN, KEPT, LEAK, OPEN, OTHER, run_of, verdict

SHARDS = ("1/2", "2/2")


def on(database: str, *verdicts: object, **settings: object) -> RunRecord:
    """A run on this database."""
    run = run_of(*verdicts, database={"name": database})  # type: ignore[arg-type]
    return replace(run, settings=replace(Settings(app="a:b"), **settings))  # type: ignore[arg-type]


def test_the_runs_of_a_matrix_stay_side_by_side() -> None:
    """Each keeps its database and its settings."""
    runs = (on("sqlite", KEPT), on("mysql", BROKEN, profile="quick"))
    assert runs == merged_runs(runs)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (on("mysql", edition="2027.1"), "reports of different editions: 2026.1, 2027.1"),
        (on("mysql", app="c:d"), "reports of different apps: a:b, c:d"),
        (on("sqlite"), "sqlite, Python 3.12, default: 2 reports, and 1 expected: name each once"),
    ],
)
def test_what_does_not_belong_together_is_refused(other: RunRecord, says: str) -> None:
    """In one line: another edition, another app, the same run twice."""
    with pytest.raises(UsageError, match=f"^{says}$"):
        merged_runs([on("sqlite"), other])


def test_shards_of_one_run_join() -> None:
    """Of two verdicts on one case the worse counts, and requests that were shared add up."""
    one, other = verdict("upheld", "create-valid"), verdict("broken", "create-valid", LEAK)
    totals = Totals(generated={"create-valid": 20}, played={"usual": 4})
    shards = [
        replace(on("sqlite", each, shard=name), totals=totals)
        for each, name in zip((one, other), SHARDS, strict=True)
    ]
    (run,) = merged_runs(shards)
    assert run.verdicts == (other,)
    assert run.totals == Totals(generated={"create-valid": 40}, played={"usual": 4})
    assert run.settings.shard == "1/1"


def test_a_shard_that_is_missing_is_named() -> None:
    """The whole corpus, or no report."""
    with pytest.raises(UsageError, match="without shard 2/2"):
        merged_runs([on("sqlite", KEPT, shard="1/2")])


def test_differences_are_grouped() -> None:
    """Worse, appeared, better, vanished; what is the same is not told."""
    old = run_of(verdict("upheld"), OTHER, verdict("broken", "read", LEAK), verdict("upheld", "x"))
    new = run_of(BROKEN, KEPT, verdict("upheld", "x"), verdict("broken", "delete", OPEN))
    assert [*change_lines(changes_between([old], [new]))] == [
        "worse: 1",
        f'  SES-01  list: upheld -> broken (required): "{LEAK}"',
        "appeared: 1",
        f'  SES-01  delete: broken (required): "{OPEN}"',
        "better: 1",
        f'  SES-01  create: broken -> upheld (required): "{LEAK}"',
        "vanished: 1",
        f'  SES-01  read: broken (required): "{LEAK}"',
    ]


def test_another_finding_at_the_same_place_has_appeared() -> None:
    """A rule that was broken already may be broken in one more way."""
    old, new = run_of(BROKEN), run_of(verdict("broken", "list", LEAK, OPEN))
    found = changes_between([old], [new])
    assert [(change.group, change.place) for change in found] == [("appeared", "list")]
    assert is_regression(found)
    assert not is_regression(changes_between([new], [old]))


def test_runs_are_paired_by_what_they_ran_on() -> None:
    """A database that is new has no past."""
    old, new = [on("sqlite", KEPT)], [on("sqlite", KEPT), on("mysql", OTHER)]
    (change,) = changes_between(old, new)
    assert (change.group, change.run) == ("appeared", "mysql, Python 3.12, default")


def test_the_commands_read_and_write_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`merge` writes one file of two, `report` tells both, `diff` compares; each has its code."""
    monkeypatch.chdir(tmp_path)
    for name, run in (("a", on("sqlite", KEPT)), ("b", on("mysql", BROKEN))):
        write_report(Path(f"{name}.json"), as_json(run))
    assert main(["merge", "a.json", "b.json", "-o", "both.json"]) == 1
    assert [on("sqlite", KEPT), on("mysql", BROKEN)] == [*read_runs(Path("both.json"))]
    assert main(["diff", "both.json", "both.json"]) == 0
    assert main(["diff", "a.json", "b.json"]) == 1
    told = capsys.readouterr().out
    assert "mysql, Python 3.12, default: NOT conformant" in told
    assert "no difference" in told


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read: No such file"), ("[]", "is no report of a contract: no report")],
)
def test_what_is_no_report_is_one_line(
    content: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback for a mistake."""
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content)
    assert main(["diff", str(path), str(path)]) == 2
    assert says in capsys.readouterr().err


def test_a_merged_report_is_json_of_reports() -> None:
    """Each in it is as the schema says of one."""
    runs = [on("sqlite", KEPT), on("mysql", BROKEN)]
    content = json.loads(json.dumps(as_merged_json(runs)))
    assert content["reports"] == [json.loads(json.dumps(as_json(run))) for run in runs]
