"""Children, actions, long lists and sockets of a correct service are looked at, and spared."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from contract_tests.instruments.exchange import Event, Exchange, Request
from contract_tests.instruments.recording import recorded
from proofs.broken.replacing import with_route
from proofs.innocent.purses import (
    Deposit,
    DepositIn,
    DepositOut,
    Purse,
    PurseId,
    Session,
    app,
    purse_or_404,
)
from proofs.matrix import run_contract

RULES = ("CON-15", "CRU-23", "PAY-46", "SES-16")


def locking() -> FastAPI:
    """The purses with a deposit that locks its row, where the database can do that."""

    async def deposited(purse_id: PurseId, sent: DepositIn, session: Session) -> Any:
        await purse_or_404(session, purse_id)
        purse = await session.get_one(Purse, purse_id, with_for_update=True, populate_existing=True)
        row = Deposit(purse_id=purse_id, coins=sent.coins)
        purse.coins += sent.coins
        session.add(row)
        await session.commit()
        return row

    return with_route("deposit", deposited, app(), response_model=DepositOut)


def verdicts(locator: str, *rules: str) -> dict[str, str]:
    """Give the verdict on each rule, on a database in a file."""
    result = run_contract(locator, "sqlite", "--contract-rule", ",".join(rules))
    assert result.exit_code == 0, result.printed
    return {row["rule"]: row["verdict"] for row in result.report["verdicts"]}


def test_a_service_that_does_all_of_it_well_is_upheld() -> None:
    """No rule steps aside: each has seen what it is about."""
    assert dict.fromkeys(RULES, "upheld") == verdicts("proofs.innocent.purses:app", *RULES)


def test_a_lock_that_the_database_does_not_have_accuses_nobody() -> None:
    """The service asks for it, and is right wherever there is one."""
    found = verdicts(f"{__name__}:locking", "CON-15", "CRU-01")
    assert found == {"CON-15": "not applicable", "CRU-01": "upheld"}


def test_a_long_statement_is_no_long_report() -> None:
    """A statement that has millions of letters is kept as far as somebody may read it."""
    exchange = Exchange(1, Request("GET", "/"), events=[Event(1, 0.0, "sql", text="x" * 10**6)])
    assert len(recorded(exchange).events[0].text) < 10**4
