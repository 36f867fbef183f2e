"""Trace events: each is as the format wants it, and the timeline is all there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.__main__ import main
from contract_tests.reports.json_report import as_json, write_report
from contract_tests.reports.trace import REQUEST, as_trace, traced_verdict
from contract_tests.rules.verdict import Verdict
from contract_tests.rules.violation import UsageError
from proofs.reported_run import late_commit, sample_run, upheld_run

NEEDED = {
    "M": {"name", "pid", "tid", "args"},
    "X": {"name", "cat", "ts", "dur", "pid", "tid", "args"},
    "i": {"name", "cat", "ts", "s", "pid", "tid", "args"},
}
"""The keys of each phase that is written: of metadata, of what lasts, of an instant."""


def trace(name: str) -> list[dict[str, Any]]:
    """The events of a verdict of the sample, which are as the format wants them."""
    return checked(traced_verdict((sample_run(),), name))


def checked(verdict: Verdict) -> list[dict[str, Any]]:
    """The events of a verdict."""
    made = json.loads(as_trace(verdict))
    events: list[dict[str, Any]] = made["traceEvents"]
    assert [event for event in events if {*event} != NEEDED[event["ph"]] | {"ph"}] == []
    numbers = [
        event[key] for event in events for key in ("pid", "tid", "ts", "dur") if key in event
    ]
    assert {type(number) for number in numbers} == {int}
    assert min(numbers) >= 0
    assert min(event["tid"] for event in events) > 0  # thread 0 is the idle one of a system
    return events


def test_a_loan_holds_its_transaction() -> None:
    """What lasts lies within what lasts longer, as the viewers need it."""
    spans = {event["name"]: event for event in trace("WEB-03") if event["ph"] == "X"}
    loan, transaction = spans["checked out"], spans["transaction"]
    assert (spans["POST /orders"]["ts"], spans["POST /orders"]["dur"]) == (0, 3700)
    assert (loan["ts"], loan["dur"]) == (1200, 2400)
    assert (transaction["ts"], transaction["dur"]) == (1300, 2200)
    assert loan["tid"] == transaction["tid"] == REQUEST + 1
    assert loan["args"] == {"line": "orders.py:48 in create"}


def test_every_event_is_there_and_the_marked_one_is_named() -> None:
    """The line of the broken moment goes across all threads."""
    instants = [event for event in trace("WEB-03") if event["ph"] == "i"]
    assert len(instants) == len(late_commit().events)
    marked = [event for event in instants if event["s"] == "g"]
    assert [event["name"] for event in marked] == ["BROKEN HERE: COMMIT"]
    assert marked[0]["args"]["file"] == "shop/my db.py"


def test_processes_and_threads_have_names() -> None:
    """A process is a request, a thread a connection."""
    names = {
        (event["name"], event["pid"], event["tid"]): event["args"].get("name")
        for event in trace("web-01:read")
        if event["name"] in {"process_name", "thread_name"}
    }
    assert names == {
        ("process_name", 1, REQUEST): "A: GET /orders/1999999999 -> 404",
        ("thread_name", 1, REQUEST): "request",
        ("thread_name", 1, REQUEST + 7): "conn 7",
    }


def test_a_connection_that_stays_out_lasts_to_the_end() -> None:
    """Its name says what is wrong with it."""
    span = next(event for event in trace("WEB-01") if event.get("cat") == "loan")
    assert (span["name"], span["ts"] + span["dur"]) == ("NEVER RETURNED", 2000)


def test_requests_that_were_sent_together_are_on_one_clock() -> None:
    """The later one begins later."""
    later = replace(late_commit(), began=5.5), replace(late_commit(), began=5.0)
    verdict = replace(traced_verdict((sample_run(),), "WEB-03"), evidence=later)
    starts = {e["pid"]: e["ts"] for e in checked(verdict) if e.get("cat") == "request end"}
    assert starts == {1: 500_000, 2: 0}


def test_a_verdict_without_a_timeline_is_a_usage_error() -> None:
    """The error lists those that have one."""
    with pytest.raises(UsageError, match="with one: WEB-03:create, WEB-03:update, WEB-01:read"):
        trace("ROW-01")
    with pytest.raises(UsageError, match="and no other verdict has one"):
        traced_verdict((upheld_run(),), "WEB-03")


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be written, and a rule that is not there, are one line each."""
    report, out = tmp_path / "r.json", tmp_path / "out" / "trace.json"
    write_report(report, as_json(replace(sample_run(), faults=())))
    assert main(["report", str(report), "--trace", "WEB-03", str(out)]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads(out.read_text(encoding="utf-8"))["displayTimeUnit"] == "ms"
    assert main(["report", str(report), "--trace", "WEB-03", str(tmp_path)]) == 2
    assert main(["report", str(report), "--trace", "WEB-09", str(out)]) == 2
    assert capsys.readouterr().err.count("\n") == 2
