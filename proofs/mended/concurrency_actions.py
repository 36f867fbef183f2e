"""The apps of `broken/concurrency_actions.py` that a small change mends."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import update

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
from proofs.mended import mends


@mends
def sum_made_in_python() -> FastAPI:
    """A deposit lets the database add."""

    async def deposited(purse_id: PurseId, sent: DepositIn, session: Session) -> Any:
        await purse_or_404(session, purse_id)
        row = Deposit(purse_id=purse_id, coins=sent.coins)
        more = update(Purse).where(Purse.id == purse_id).values(coins=Purse.coins + sent.coins)
        await session.execute(more)
        session.add(row)
        await session.commit()
        return row

    return with_route("deposit", deposited, app(), response_model=DepositOut)
