"""Facts about journals: which rows are notes about a request, and which are a part of it."""

from __future__ import annotations

import pytest

from contract_tests.instruments.exchange import Event, Exchange, Request
from contract_tests.rules.replay import Token
from contract_tests.scenarios.faults.control_run import ControlRun
from contract_tests.scenarios.faults.injections import InjectionResult
from contract_tests.scenarios.faults.journals import journals

NOTED = "INSERT INTO {} (what) VALUES (?)"
STORED = "INSERT INTO orders (item) VALUES (?)"
COMMIT = "COMMIT"


def asked(*statements: str) -> Exchange:
    """A request that sent these statements on one connection."""
    return Exchange(
        1,
        Request("POST", "/orders"),
        events=[
            Event(order, 0.0, "commit" if text == COMMIT else "sql", 1, text)
            for order, text in enumerate(statements)
        ],
    )


def found(
    table: str,
    *,
    sent: tuple[str, ...] = (NOTED, COMMIT, STORED),
    before: tuple[tuple[object, ...], ...] = (("old",),),
    beside: str = "orders",
) -> bool:
    """Return whether a table that has a new row after a failed request is a journal."""
    failed = asked(*(text.format(table) for text in sent))
    whole = asked(*(text.format(table) for text in (*sent, COMMIT)))
    control = ControlRun(whole, {beside: (1, 0)}, (), {}, frozenset())
    contents = {table: before}, {table: (("old",), ("new",))}
    result = InjectionResult(
        Token("failures", "create", "error", "1"), "", "", failed, *contents, (), (), contents[1]
    )
    return table in journals(result, control)


@pytest.mark.parametrize(
    "table", ["send_attempts", "audit_log", "AuditTrail", "public.journal", "logs", "history"]
)
def test_a_note_in_a_transaction_of_its_own_is_no_part(table: str) -> None:
    """The name of its table says what it is."""
    assert found(table)


def test_a_collection_of_such_a_name_is_none() -> None:
    """What a request is about is no note beside it."""
    assert not found("activities", sent=(NOTED,), beside="activities")


@pytest.mark.parametrize(
    "table", ["outbox", "payments", "blogs", "catalog", "order_lines", "trailers"]
)
def test_a_table_of_another_name_may_hold_a_part(table: str) -> None:
    """An event in an outbox tells others of what must have happened."""
    assert not found(table)


def test_a_note_in_the_transaction_of_a_row_belongs_to_it() -> None:
    """A half of such a transaction must not be there."""
    assert not found("audit_log", sent=(NOTED, STORED))


def test_a_note_that_was_changed_is_none() -> None:
    """A row that is gone was somebody's."""
    assert not found("audit_log", before=(("another",),))
