"""A run as a record, with a service that answers what could break out of a report."""

from __future__ import annotations

from typing import Any

from contract_tests.reports.record import RunRecord, Settings
from contract_tests.rules.evidence import EventRecord, HeldConnection, Remark, RequestRecord
from contract_tests.rules.totals import Totals
from contract_tests.rules.verdict import Verdict

HOSTILE = (
    "</script><script>alert(1)</script> | `tick` ```fence``` \x1b[31mred\x1b[0m \x00 \u202egnp.exe "
    "\ud800 <!-- </details> ]]> &amp; [a](javascript:alert) @here ${x} %s 'one' \"two\" \\"
)
FACTS: dict[str, Any] = {
    "service": {
        "app": "shop.main:app",
        "file": "shop/main.py",
        "libraries": {"fastapi": "0.121"},
        "python": "3.13.1",
    },
    "database": {
        "name": "sqlite",
        "version": "3.50",
        "driver": "aiosqlite",
        "owned": True,
        "seen": True,
    },
    "time": {"estimate": 4.0, "budget": 600.0, "began": 1750000000.25},
    "resource": {
        "name": f"/orders {HOSTILE}",
        "found": "the OpenAPI document",
        "operations": [{"role": "create", "method": "POST", "success": [201]}],
        "envelope": [],
        "id": "id",
        "id_kind": "integer",
        "paging": [],
        "derived": [],
        "left_out": [],
    },
}


def late_commit() -> RequestRecord:
    """A request whose COMMIT comes after its answer."""
    frame, path = "orders.py:48 in create", "shop/orders.py"
    return RequestRecord(
        41,
        "POST",
        "/orders",
        '{"name": "a"}',
        201,
        events=(
            EventRecord(0.0, "request end", task="Task-7"),
            EventRecord(0.0012, "checkout", 1, "", frame, "Task-7", path=path),
            EventRecord(0.0013, "begin", 1, "", "", "Task-7"),
            EventRecord(
                0.0020,
                "sql",
                1,
                f"INSERT INTO orders VALUES ('{HOSTILE}')",
                frame,
                "Task-7",
                path=path,
            ),
            EventRecord(0.0029, "response start", None, "201", "", "Task-7"),
            EventRecord(0.0030, "response end", None, "", "", "Task-7"),
            EventRecord(
                0.0035, "commit", 1, "", "db.py:9 in session", "Task-7", True, "shop/my db.py"
            ),
            EventRecord(0.0036, "checkin", 1, "", "", "Task-7"),
            EventRecord(0.0037, "returned", None, "", "", "Task-7"),
        ),
    )


def held() -> RequestRecord:
    """A request whose connection never comes back."""
    frame, path = "orders.py:60 in read", "shop/orders.py"
    return RequestRecord(
        43,
        "GET",
        "/orders/1999999999",
        status=404,
        letter="A",
        events=(
            EventRecord(0.0, "checkout", 7, "", frame, "Task-9", path=path),
            EventRecord(0.002, "response start", None, "404", "", "Task-9"),
        ),
        held=(HeldConnection(7, frame, path),),
        warnings=(f"ResourceWarning: {HOSTILE}",),
        answer=HOSTILE,
    )


def sample_run() -> RunRecord:
    """A run with every outcome, cut short, in the words of a hostile service.

    Its rules are in no catalogue, whose words may change.
    """
    late, away = (late_commit(),), (held(), Remark(f"two lines\n{HOSTILE}"))
    verdicts = (
        _verdict("WEB-03", "create", "broken", "an answer before the COMMIT", evidence=late),
        _verdict("WEB-03", "update", "broken", "an answer before the COMMIT", evidence=late),
        _verdict("WEB-01", "read", "broken", HOSTILE, evidence=away, replay="sessions:read:miss:1"),
        _verdict("ROW-01", "create", "upheld"),
        _verdict("ROW-02", HOSTILE, "undecided", reason=HOSTILE),
        _verdict("ROW-03", "list", "not applicable", reason="no list"),
        _verdict("ROW-04", "list", "known", "an empty list", reason="ticket 12"),
        _verdict("ROW-05", "list", "fixed", reason="listed, and kept"),
        _verdict("ROW-06", "list", "skipped", reason="later"),
        _verdict("ROW-07", "list", "off", reason="by design"),
        _verdict("ROW-08", "list", "error", reason="KeyError: 'id'"),
        _verdict("BAD-02", "create", "broken", "500", level="recommended"),
        _verdict("SHOP-01", "pay", "broken", HOSTILE, evidence=(Remark(HOSTILE),)),
    )
    return RunRecord(
        Settings(app="shop.main:app"), FACTS, Totals(), verdicts, 15, (f"a fault: {HOSTILE}",)
    )


def _verdict(rule: str, case: str, outcome: str, observed: str = "", **more: Any) -> Verdict:
    """One row of the sample; its words do not change with those of the catalogue."""
    names = (f"{rule} is broken",) if observed or outcome == "undecided" else ()
    words = {"level": "required", "title": f"{rule} MUST `be` kept.", "fix": "Type `this` first."}
    seen = {"observed": observed, "expected": "a promise that is kept" if observed else ""}
    test = f"contract_tests/suite/test_shop.py::test_it[{rule}-{case}]"
    row = {
        "rule": rule,
        "verdict": outcome,
        "case": case,
        "test": test,
        "findings": names,
        "duration": 0.0125,
    }
    return Verdict(**{**words, **row, **seen, **more})


def upheld_run() -> RunRecord:
    """A run on another database that shows nothing broken."""
    facts = {**FACTS, "database": {**FACTS["database"], "name": "elsewhere"}}
    verdicts = (_verdict("WEB-03", "create", "upheld"), _verdict("SES-01", "read", "upheld"))
    return RunRecord(Settings(app="shop.main:app"), facts, Totals(), verdicts, 2)
