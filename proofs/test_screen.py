"""What stands nearest to the prompt: one screen, with one block for each cause."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.reports.causes import causes
from contract_tests.reports.record import RunRecord, Settings
from contract_tests.reports.screen import LINES, WIDTH, screen_lines
from contract_tests.reports.terminal import failure_text
from contract_tests.rules import RULES
from contract_tests.rules.evidence import EventRecord, HeldConnection, Remark, RequestRecord
from contract_tests.rules.kinship import KINSHIPS
from contract_tests.rules.rule import Level
from contract_tests.rules.totals import Totals
from contract_tests.rules.verdict import Outcome, Verdict, verdict_on
from contract_tests.runner.node_ids import found_in_suite
from proofs.matrix import ROOT, run_contract

LONG = "this is a very long sentence about what was observed of the service; " * 20
MANY = tuple(EventRecord(n / 1000, "sql", 1, f"SELECT {n}") for n in range(300))
BY_ID = {rule.id: rule for rule in RULES}


def verdict(rule: str, outcome: Outcome, case: str = "read", **fields: object) -> Verdict:
    """Give a verdict of a rule of the catalogue."""
    plain = verdict_on(BY_ID[rule], case, f"test_{rule}[{case}]").as_row()
    return Verdict(**{**plain, "verdict": str(outcome), **fields})


def broken(rule: str, case: str = "read", *, at: str = "", events: int = 0) -> Verdict:
    """Give a broken rule; with a line of the app, a request that has failed there."""
    raised = EventRecord(0.001, "raised", None, "builtins.KeyError: 'x'", at)
    request = RequestRecord(3, "GET", "/orders/1", "", 500, "", (*MANY[:events], raised))
    evidence = (request,) if at or events else ()
    seen = {"expected": LONG, "observed": f"GET /orders/1 -> 500 {LONG}", "evidence": evidence}
    return verdict(rule, Outcome.BROKEN, case, **seen)


def run_of(*verdicts: Verdict, level: Level = Level.REQUIRED) -> RunRecord:
    """Give a run with these verdicts."""
    return RunRecord(Settings("a:b", level=str(level)), {}, Totals(), verdicts, len(verdicts))


def worst() -> Iterator[Verdict]:
    """Give every rule as broken in one case, undecided in another, and failing in a third."""
    for rule in RULES:
        yield broken(rule.id, "read", at=f"orders.py:{int(rule.id[-2:])} in read", events=300)
        yield verdict(rule.id, Outcome.UNDECIDED, "list", reason=f"{rule.id} {LONG}")
        yield verdict(rule.id, Outcome.ERROR, "create", reason=f"{rule.id} failed {LONG}")


@pytest.mark.parametrize("level", [Level.REQUIRED, Level.RECOMMENDED])
def test_the_worst_service_fits_one_screen(level: Level) -> None:
    """Whatever is broken, the closing section has no more lines than a terminal, nor long ones."""
    lines = list(screen_lines(run_of(*worst(), level=level), told_in="report.json"))
    assert len(lines) <= LINES
    assert [line for line in lines if len(line) > 2 * WIDTH] == []
    assert lines[-1].startswith("NOT conformant at level")


def test_every_cause_is_counted() -> None:
    """What does not fit is told as a number, with nothing left out."""
    lines = list(screen_lines(run_of(*worst())))
    found = len([cause for cause in causes(run_of(*worst())) if cause.level is Level.REQUIRED])
    (rest,) = [line for line in lines if line.startswith("and ") and " causes more" in line]
    numbered = [line for line in lines if line[:2].strip().isdecimal() and line[2:4] == "  "]
    assert lines[0].startswith(f"{found} causes, {len(RULES)} rules broken")
    assert len(numbered) + int(rest.split()[1]) == found


def test_what_fails_at_one_line_of_the_app_is_one_cause() -> None:
    """Three rules that a request breaks by one error are told once, with the line."""
    at = "orders.py:48 in get_order"
    (cause,) = causes(run_of(*(broken(rule, at=at) for rule in ("CRU-11", "API-03", "PAY-06"))))
    assert cause.rules == ("CRU-11", "PAY-06", "API-03")
    assert cause.title == f"A request fails with KeyError at {at}"


def test_what_fails_at_two_lines_has_two_causes() -> None:
    """The same error elsewhere is mended elsewhere."""
    found = causes(run_of(broken("CRU-11", at="a.py:1 in a"), broken("API-03", at="b.py:1 in b")))
    assert len(found) == 2


def test_a_leak_is_one_cause_however_it_came_about() -> None:
    """A connection that stays out is told once; the error is for another rule."""
    held = (HeldConnection(7, "orders.py:48"),)
    request = RequestRecord(3, "GET", "/orders/1", status=500, held=held)
    leaks = (verdict(r, Outcome.BROKEN, evidence=(request,)) for r in ("CAN-01", "SES-01"))
    (cause,) = causes(run_of(*leaks))
    assert cause.rules == ("SES-01", "CAN-01")
    assert cause.title == "A connection is not returned to its pool"


def test_what_frameworks_do_by_default_is_advice() -> None:
    """What almost every service breaks is told below the causes, with what mends it."""
    run = run_of(broken("SES-03"), broken("ERR-08"), broken("ERR-07"), broken("PAY-09"))
    lines = list(screen_lines(run))
    assert lines[0].startswith("1 cause, 4 rules broken")
    advice = [line for line in lines if line.startswith("advice: ")]
    assert advice[0].startswith("advice: ERR-07 ERR-08: ")
    assert "Register" in " ".join(advice)


def test_a_failure_fits_a_screen() -> None:
    """Of hundreds of events those are shown that tell most, and the others are counted."""
    marked = EventRecord(0.2, "commit", 1, "", "orders.py:9 in create", is_marked=True)
    events = (*MANY[:200], marked, *MANY[200:])
    request = RequestRecord(1, "POST", "/orders", "{}", 201, "", events)
    told = verdict("SES-03", Outcome.BROKEN, observed="late", evidence=(request, request))
    lines = failure_text(told, Settings("a:b"), again=False).splitlines()
    assert len(lines) <= 25
    assert sum(">>>> conn 1  COMMIT" in line for line in lines) == 2
    hidden = sum(int(number) for number in re.findall(r"\((\d+) more\)", "\n".join(lines)))
    assert hidden + sum(" ms " in line for line in lines) == 2 * len(events)


def test_all_is_told_where_it_is_asked_for() -> None:
    """With `-v` nothing is left out of the evidence."""
    told = verdict("SES-03", Outcome.BROKEN, evidence=(RequestRecord(1, "GET", "/", events=MANY),))
    text = failure_text(told, Settings("a:b"), again=False, is_whole=True)
    assert all(f"SELECT {n}" in text for n in range(300))


def test_a_remark_is_shortened() -> None:
    """The output of a process is shown by its beginning."""
    remark = Remark("\n".join(map(str, range(300))))
    told = verdict("SCH-03", Outcome.BROKEN, evidence=(remark,))
    lines = failure_text(told, Settings("a:b"), again=False).splitlines()
    assert len(lines) <= 25
    assert "(286 more lines)" in lines[-4]


def test_what_an_app_says_steers_no_terminal() -> None:
    """A colour in an error is shown as the characters that it is made of."""
    told = verdict("SES-03", Outcome.BROKEN, observed="GET / -> 500 \x1b[31mred")
    assert "\\x1b[31mred" in failure_text(told, Settings("a:b"), again=False)


def test_a_rule_has_one_kinship() -> None:
    """Each kinship names rules of the catalogue, and no rule is in two."""
    named = [rule for kin in KINSHIPS for rule in kin.rules]
    assert len(set(named)) == len(named)
    assert set(named) <= BY_ID.keys()


def test_the_contract_is_nearest_to_the_prompt() -> None:
    """Below the closing section there is pytest's last line alone; `-v` tells every rule."""
    app, asked = "proofs.broken.sessions:commit_in_teardown", ("--contract-rule", "SES-03")
    lines = run_contract(app, "sqlite", *asked).printed.rstrip().splitlines()
    assert lines[-2].startswith("NOT conformant at level required")
    assert " failed" in lines[-1]
    assert any(
        line.startswith(" 1  A success is answered for what is not stored") for line in lines
    )
    assert "SES-03  broken (required)" not in "\n".join(lines)
    told = run_contract(app, "sqlite", *asked, "-vv").printed
    assert "SES-03  broken (required)" in told


CHATTY = """
from proofs.broken.sessions import commit_in_teardown
app = commit_in_teardown()

@app.middleware("http")
async def chat(request, call_next):
    print(*(f"line {n} of the app" for n in range(200)), sep="\\n")
    return await call_next(request)
"""


def judged(folder: Path, *words: str) -> str:
    """Give what a run in a folder prints; the run is red."""
    done = subprocess.run(
        [sys.executable, "-m", *words, f"--rootdir={folder}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_the_apps_output_is_cut_to_its_end(tmp_path: Path) -> None:
    """What an app writes is shown by its last lines: the error stands there."""
    (tmp_path / "chatty.py").write_text(CHATTY, encoding="utf-8")
    run = ("contract_tests", "run", "chatty:app", "--contract-rule", "SES-03")
    printed = judged(tmp_path, *run)
    assert "(195 lines before; -v shows all)\nline 195 of the app\n" in printed
    assert printed.count(" of the app\n") == 5 * printed.count(" lines before; -v shows all)")
    assert "line 194 of the app" in judged(tmp_path, *run, "-v")


@pytest.mark.parametrize("command", ["contract_tests", "pytest"])
def test_an_id_can_be_pasted_back(command: str, tmp_path: Path) -> None:
    """What pytest prints of a test of the suite names it again, in whichever folder one is."""
    test = "test_sessions.py::test_a_write_is_committed_before_it_is_answered[create]"
    app = ("--contract-app", "proofs.broken.sessions:commit_in_teardown")
    asked = {"contract_tests": ("run",), "pytest": ("-p", "contract_tests.plugin", "--noconftest")}
    printed = judged(tmp_path, command, *asked[command], *app, test)
    assert "SES-03 (required)" in printed
    assert "1 failed in " in printed


def test_a_file_of_that_name_is_the_teams_own(tmp_path: Path) -> None:
    """An id that names a file where one is stays what it is."""
    (tmp_path / "test_crud.py").touch()
    assert found_in_suite("test_crud.py::test_x", tmp_path) == "test_crud.py::test_x"
    assert found_in_suite("test_schema.py::test_x", tmp_path).endswith(
        "suite/test_schema.py::test_x"
    )
    assert found_in_suite("test_other.py", tmp_path) == "test_other.py"
