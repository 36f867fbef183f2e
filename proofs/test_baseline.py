"""What a list of known findings makes of verdicts, and what is wrong with a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contract_tests.__main__ import main
from contract_tests.commands.baseline import COMMAND
from contract_tests.reports.baseline import Baseline, KnownFinding, judged_by, without_baseline
from contract_tests.reports.baseline_reading import problems_in, read_entries
from contract_tests.reports.baseline_writing import (
    findings_in,
    to_prune,
    with_findings,
    without_cases,
)
from contract_tests.reports.record import RunRecord, Settings
from contract_tests.rules.extent import Extent
from contract_tests.rules.totals import Totals
from contract_tests.rules.verdict import Outcome, Verdict
from contract_tests.rules.violation import UsageError

TODAY = date(2026, 6, 1)
LEAK, OPEN = "conn … NEVER RETURNED", "a transaction left open"
ENTRY = KnownFinding("SES-01", LEAK, ("list", "create"), "since 2019")
FACTS = {"service": {"python": "3.12.4"}, "database": {"name": "postgresql"}}


def verdict(outcome: str, case: str = "list", *findings: str, rule: str = "SES-01") -> Verdict:
    """A verdict of a required rule."""
    made = Verdict(rule, "required", outcome, case, "A MUST b.", "Type c.", f"t[{rule}-{case}]")
    return replace(made, findings=findings, reason="")


def run_of(*verdicts: Verdict, **facts: Any) -> RunRecord:
    """A run with these verdicts, and no other tests."""
    return RunRecord(Settings(), {**FACTS, **facts}, Totals(), verdicts, len(verdicts))


def judged(*verdicts: Verdict, entry: KnownFinding = ENTRY) -> RunRecord:
    """A run with these verdicts, held against one entry."""
    return judged_by(Baseline((entry,), TODAY), run_of(*verdicts))


BROKEN = verdict("broken", "list", LEAK)
OTHER = verdict("broken", "create", LEAK)
KEPT = verdict("upheld", "create")


def test_what_is_listed_is_known() -> None:
    """The rule is broken, the run is green, and the reason is told."""
    run = judged(BROKEN, OTHER)
    assert [each.outcome for each in run.verdicts] == [Outcome.KNOWN] * 2
    assert run.verdicts[0].reason == "since 2019"
    assert run.is_conformant


@pytest.mark.parametrize(
    ("seen", "entry", "says"),
    [
        (verdict("broken", "list", OPEN), ENTRY, f'not listed: "{OPEN}"'),
        (verdict("broken", "list", LEAK, OPEN), ENTRY, f'not listed: "{OPEN}"'),
        (verdict("broken", "read", LEAK), ENTRY, "is listed for list, create only"),
        (BROKEN, replace(ENTRY, expires=date(2026, 5, 31)), "expired on 2026-05-31"),
        (BROKEN, replace(ENTRY, condition={"database": ("mysql",)}), "not listed"),
        (BROKEN, replace(ENTRY, condition={"python": ("3.11", "3.13")}), "not listed"),
    ],
)
def test_what_is_not_listed_is_red(seen: Verdict, entry: KnownFinding, says: str) -> None:
    """Another finding, one more, another case, another day, another database or Python."""
    run = judged(seen, entry=entry)
    assert run.verdicts[0].outcome is Outcome.BROKEN
    assert says in run.verdicts[0].reason
    assert not run.is_conformant


def test_the_last_day_is_a_day_of_grace() -> None:
    """An entry expires at the end of its day."""
    assert judged(BROKEN, OTHER, entry=replace(ENTRY, expires=TODAY)).is_conformant


def test_an_expired_entry_is_red_though_its_rule_is_kept() -> None:
    """The day was set to look at the entry once more."""
    run = judged(KEPT, verdict("upheld"), entry=replace(ENTRY, expires=date(2026, 5, 31)))
    assert any("has expired on 2026-05-31" in fault for fault in run.faults)


def test_what_is_kept_again_is_fixed() -> None:
    """Red, so that the entry goes: the defect would come back unseen."""
    run = judged(BROKEN, KEPT)
    assert [each.outcome for each in run.verdicts] == [Outcome.KNOWN, Outcome.FIXED]
    assert not run.is_conformant


@pytest.mark.parametrize(
    "seen",
    [
        replace(verdict("undecided", "create"), is_late=True),
        verdict("skipped", "create"),
        verdict("off", "create"),
        verdict("not applicable", "create"),
        replace(KEPT, extents=(Extent("places", 3, 9),)),
    ],
    ids=lambda seen: f"{seen.verdict} {seen.is_late}",
)
def test_what_was_not_looked_at_is_not_fixed(seen: Verdict) -> None:
    """Out of time, skipped, switched off, not applicable, seen in part."""
    run = judged(BROKEN, seen)
    assert seen.outcome is run.verdicts[1].outcome
    assert run.faults == ()


def test_one_phase_that_is_kept_is_no_fix() -> None:
    """Generated requests show a defect in whichever phase the seed has it."""
    entry = replace(ENTRY, rule="API-03", cases=("create",))
    seen = (
        verdict("upheld", "create-boundary", rule="API-03"),
        verdict("broken", "create-valid", LEAK, rule="API-03"),
    )
    run = judged(*seen, entry=entry)
    assert [each.outcome for each in run.verdicts] == [Outcome.UPHELD, Outcome.KNOWN]


@pytest.mark.parametrize("cases", [("lsit",), ("create",)])
def test_an_entry_that_matches_nothing_is_red(cases: tuple[str, ...]) -> None:
    """A case that no test has, or another finding in its place."""
    others = verdict("broken", "create", OPEN), verdict("upheld", "list")
    entry = replace(ENTRY, cases=cases)
    run = judged(*others, entry=entry)
    assert any("has never matched" in fault for fault in run.faults)


def test_a_condition_that_does_not_hold_is_silent() -> None:
    """The same file serves every job of a matrix."""
    run = judged(KEPT, entry=replace(ENTRY, condition={"database": ("mysql",)}))
    assert run.is_conformant


def test_an_entry_that_is_not_strict_may_be_seen_or_not() -> None:
    """For what only some seeds show."""
    entry = replace(ENTRY, strict=False)
    assert judged(KEPT, entry=entry).is_conformant
    assert judged(OTHER, entry=entry).is_conformant


def test_a_run_of_some_tests_tells_nothing_about_the_rest() -> None:
    """What `-k` has left out was not looked at."""
    run = replace(run_of(KEPT), settings=Settings(is_whole=False))
    assert judged_by(Baseline((replace(ENTRY, cases=("lsit",)),), TODAY), run).faults == ()


def test_what_is_undecided_can_be_listed_and_stays_undecided() -> None:
    """It is not red any more, and decides nothing: a run of nothing else is red."""
    entry = replace(ENTRY, finding="no create succeeds")
    seen = verdict("undecided", "list", "no create succeeds")
    run = judged(seen, entry=entry)
    assert Outcome.UNDECIDED is run.verdicts[0].outcome
    assert not run.is_conformant
    assert judged(seen, KEPT, entry=replace(entry, cases=("list",))).is_conformant


def test_a_report_is_read_as_if_there_had_been_no_list() -> None:
    """So an older report tells what a newer list makes of it."""
    run = run_of(BROKEN, KEPT)
    assert without_baseline(judged(BROKEN, KEPT)) == run


FILE = """\
# Ours, by hand.
[[known]]
rule = "SES-01"  # leaks
finding = "conn … NEVER RETURNED"
reason = "since 2019"
cases = ["list"]
expires = 2027-03-31

[[known]]
rule = "CRU-01"
finding = "-> 404"
cases = ["a_created_row_is_readable"]
reason = "ask Ann"
condition = { database = ["postgresql", "mysql"] }
"""
MISTAKES = [
    ("rule = ", "no TOML: "),
    ("[[know]]", "unknown key 'know'; did you mean 'known'? Valid: known"),
    ("known = 1", "entries are tables, each under [[known]]"),
    ('[[known]]\nrule = "SES-01"\nfinding = "a"\ncases = ["b"]', "(SES-01): without reason"),
    ('[[known]]\nrul = "SES-01"', "unknown key 'rul'; did you mean 'rule'?"),
    (FILE.replace("SES-01", "SES-0X"), "entry 1 (SES-0X): there is no rule 'SES-0X'; did you"),
    (FILE.replace('["list"]', '"list"'), "cases should be a list of texts"),
    (FILE.replace("2027-03-31", '"soon"'), "expires should be a date without quotes"),
    (FILE.replace("database =", "databse ="), "unknown key 'databse'; did you mean 'database'?"),
    (FILE.replace('["list"]', '["list", "list"]'), "is listed twice for list"),
]


def test_a_file_becomes_entries() -> None:
    """Texts, a date, conditions of one value or several."""
    first, second = read_entries(FILE, "here.toml")
    assert first == KnownFinding("SES-01", LEAK, ("list",), "since 2019", expires=date(2027, 3, 31))
    assert second.condition == {"database": ("postgresql", "mysql")}


@pytest.mark.parametrize(("text", "says"), MISTAKES)
def test_a_mistake_in_the_file_is_one_line(text: str, says: str) -> None:
    """It names the file, the entry, and what would be valid."""
    assert any(says in line for line in problems_in(text, "here.toml"))
    with pytest.raises(UsageError, match=r"^here\.toml: [^\n]*$"):
        read_entries(text, "here.toml")


def test_new_findings_are_added_and_nothing_else_changes() -> None:
    """Comments, order and reasons stay; a further case goes to its entry."""
    runs = [run_of(BROKEN, OTHER, verdict("broken", "list", OPEN))]
    text, count = with_findings(FILE, findings_in(runs))
    assert count == 2
    assert text.replace('["list", "create"]', '["list"]', 1).startswith(FILE)
    assert [entry.reason for entry in read_entries(text, "")] == ["since 2019", "ask Ann", "TODO"]


def test_an_update_with_nothing_new_changes_nothing() -> None:
    """Not even a blank line."""
    assert with_findings(FILE, findings_in([run_of(BROKEN)])) == (FILE, 0)


def test_a_warning_is_not_listed() -> None:
    """What is not red needs no entry; with `--contract-level recommended` it is."""
    warned = replace(BROKEN, level="recommended")
    asked = replace(run_of(warned), settings=Settings(level="recommended"))
    assert findings_in([run_of(warned)]) == []
    assert len(findings_in([asked])) == 1


def test_what_shows_on_one_database_alone_gets_a_condition() -> None:
    """So the list serves the others as well."""
    other = run_of(KEPT, database={"name": "mysql"})
    (found,) = findings_in([run_of(BROKEN), other])
    assert found.condition == {"database": "postgresql"}
    assert all(each.condition == {} for each in findings_in([run_of(BROKEN), run_of(BROKEN)]))


def test_pruning_takes_out_what_is_kept_again() -> None:
    """A case, or the entry with its last one; what is around it stays."""
    baseline = Baseline(read_entries(FILE, ""), TODAY)
    gone = to_prune(baseline, [run_of(verdict("upheld", "list"))])
    assert [*gone] == [(0, "list")]
    text = without_cases(FILE, gone)
    assert text.startswith('# Ours, by hand.\n[[known]]\nrule = "CRU-01"')
    assert len(read_entries(text, "")) == 1


def test_pruning_spares_what_another_run_has_seen() -> None:
    """A finding of one Python is none of the others."""
    baseline = Baseline((ENTRY,), TODAY)
    assert to_prune(baseline, [run_of(KEPT, verdict("upheld")), run_of(BROKEN, OTHER)]) == {}


@pytest.mark.parametrize(
    ("words", "own"),
    [
        (["create"], 1),
        (["create", "shop:app", "-n", "2"], 2),
        (["create", "-n", "2"], 1),
        (["update", "--from", "a.json", "--from=b.json", "-q"], 4),
        (["update", "--from"], 2),
    ],
)
def test_the_words_behind_the_command_are_those_of_pytest(words: list[str], own: int) -> None:
    """The act, the reports and the app are its own."""
    assert own == COMMAND.own(words)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\ncontract_baseline = 'known.toml'\n"),
        ("pytest.toml", "[pytest]\ncontract_baseline = 'known.toml'\n"),
        ("setup.cfg", "[tool:pytest]\ncontract_baseline = known.toml\n"),
        ("tox.ini", "[pytest]\nflag\ncontract_baseline = known.toml\n"),
    ],
)
def test_the_file_is_the_one_that_the_settings_name(
    name: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As in a run, beside them."""
    (tmp_path / name).write_text(text)
    (tmp_path / "known.toml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    assert main(["baseline", "check"]) == 0
    assert capsys.readouterr().out == "known.toml: 2 entries\n"


def test_a_file_that_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every mistake, or what has expired; another file may be named."""
    monkeypatch.chdir(tmp_path)
    Path("old.toml").write_text(FILE.replace("2027", "2020"))
    assert main(["baseline", "check", "--contract-baseline", "old.toml"]) == 1
    assert "expired on 2020-03-31: SES-01" in capsys.readouterr().out
    assert main(["baseline", "check"]) == 2
    assert "there is no baseline contract-baseline.toml" in capsys.readouterr().err
