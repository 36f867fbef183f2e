"""What was open before, what ends by itself, and what no request started is charged to none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from contract_tests.databases import transactions
from contract_tests.databases.transactions import Look, OpenTransaction, lasting
from contract_tests.instruments.background import Background, tables_in
from contract_tests.instruments.exchange import Event, Kind
from proofs.matrix import run_contract

ONE, OTHER = OpenTransaction("1", "one"), OpenTransaction("2", "other")
AGAIN = OpenTransaction(ONE.key, "one, which commits", "COMMIT")


def showing(*looks: Sequence[OpenTransaction]) -> Look:
    """Give a database that shows these one after the other, and then the last for ever."""
    shown: Iterator[Sequence[OpenTransaction]] = iter(looks[:-1])

    async def look() -> tuple[OpenTransaction, ...]:
        return tuple(next(shown, looks[-1]))

    return look


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a server notice an end fast."""
    monkeypatch.setattr(transactions, "GRACE", 0.01)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([[]], []),
        ([[ONE]], [ONE]),
        ([[ONE], []], []),
        ([[ONE], [OTHER]], []),
        ([[ONE, OTHER], [OTHER, ONE], [OTHER]], [OTHER]),
    ],
)
def test_only_what_every_look_shows_lasts(
    looks: list[list[OpenTransaction]], told: list[OpenTransaction]
) -> None:
    """One after the other is no transaction that was left open."""
    assert tuple(told) == asyncio.run(lasting(showing(*looks)))


@pytest.mark.usefixtures("soon")
def test_what_is_known_is_left_out() -> None:
    """The same transaction is known again although it is described otherwise by now."""
    older = OpenTransaction(ONE.key, "one, for 38.9 s")
    assert asyncio.run(lasting(showing([older, OTHER]), {ONE})) == (OTHER,)


@pytest.mark.parametrize(
    ("known", "left"), [((), 0), ((OpenTransaction(ONE.key, "one", "earlier"),), 1)]
)
def test_a_commit_that_is_under_way_is_waited_for(
    known: Sequence[OpenTransaction], left: int
) -> None:
    """What its client has left goes on for a while; one that was open before is somebody else's."""
    looks = [[ONE], [AGAIN], []]

    async def look() -> tuple[OpenTransaction, ...]:
        return tuple(looks.pop(0))

    assert asyncio.run(lasting(look, known)) == ()
    assert left == len(looks)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("INSERT INTO beats DEFAULT VALUES", {"beats"}),
        ('INSERT OR REPLACE INTO "Beats" (n) VALUES (1)', {"beats"}),
        ("UPDATE ONLY jobs.queue SET update = 1", {"queue"}),
        ("DELETE FROM `outbox` WHERE id = 1", {"outbox"}),
        (
            "WITH old AS (DELETE FROM outbox RETURNING *) INSERT INTO sent TABLE old",
            {"outbox", "sent"},
        ),
        ("SELECT 1 FROM beats", set()),
    ],
)
def test_a_statement_names_the_tables_that_it_changes(statement: str, tables: set[str]) -> None:
    """Schema, quotes and case do not matter."""
    assert tables == tables_in(statement)


def happened(order: int, kind: Kind, text: str = "") -> Event:
    """Give an event on connection 7."""
    return Event(order, 0.0, kind, 7, text)


def test_tables_are_background_once_they_are_written_while_serving() -> None:
    """What start-up or shutdown write is no background work."""
    background = Background()
    background.note(happened(1, "sql", "INSERT INTO seeds DEFAULT VALUES"))
    background.is_serving = True
    background.note(happened(2, "sql", "SELECT 1 FROM pens"))
    background.note(happened(3, "sql", "UPDATE beats SET n = 1"))
    assert {"beats"} == background.written


def test_background_work_is_counted_by_its_line_or_its_thread() -> None:
    """What nobody's line is known of has the name of its task or thread."""
    background = Background()
    background.is_serving = True
    for where in ("jobs.py:3 in beat", "jobs.py:3 in beat", ""):
        background.note(Event(1, 0.0, "sql", 7, "SELECT 1", where, "relay"))
    assert background.statements == {"jobs.py:3 in beat": 2, "relay": 1}


def test_background_work_is_listed_and_breaks_nothing() -> None:
    """The summary names the line of a thread that writes all the time."""
    asked = ("--contract-rule", "SES-02,LIF-02")
    result = run_contract("proofs.innocent.background:app", "sqlite", *asked)

    (line,) = result.report["totals"]["background"]
    assert line.endswith("in beat")
    assert f"background work, charged to no request: {line}" in result.printed
    assert result.exit_code == 0, result.printed


def test_a_transaction_is_busy_from_its_first_statement_to_its_end() -> None:
    """It is known by its last statement; another one on the same connection is another one."""
    background = Background()
    background.note(happened(1, "sql", "SELECT 1"))
    assert {(7, 1)} == background.busy
    background.note(happened(2, "sql", "SELECT 2"))
    assert {(7, 2)} == background.busy
    background.note(happened(3, "commit"))
    assert not background.busy
    background.note(happened(4, "sql", "SELECT 3"))
    assert {(7, 4)} == background.busy
