"""Apps whose actions undo each other when they meet."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from sqlalchemy import select

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from proofs.innocent import rentals
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

Coins = Annotated[int, Query(ge=1, le=1000)]


@breaks("CON-15", says="and then coins ")
def sum_made_in_python() -> FastAPI:
    """A deposit reads the purse, adds in Python, and writes the sum."""

    async def deposited(purse_id: PurseId, sent: DepositIn, session: Session) -> Any:
        purse = await purse_or_404(session, purse_id)
        row = Deposit(purse_id=purse_id, coins=sent.coins)
        purse.coins += sent.coins
        session.add(row)
        await session.commit()
        return row

    return with_route("deposit", deposited, app(), response_model=DepositOut)


@breaks("CON-15", says="and then coins ", databases=("postgresql", "mysql"))
def stale_under_its_lock() -> FastAPI:
    """A deposit locks the purse that it has loaded before, and adds to the old sum."""

    async def deposited(purse_id: PurseId, sent: DepositIn, session: Session) -> Any:
        purse = await purse_or_404(session, purse_id)
        await session.execute(select(Purse).where(Purse.id == purse_id).with_for_update())
        row = Deposit(purse_id=purse_id, coins=sent.coins)
        purse.coins += sent.coins
        session.add(row)
        await session.commit()
        return row

    return with_route("deposit", deposited, app(), response_model=DepositOut)


@breaks("CON-15", says="and then coins ")
def sum_by_query() -> FastAPI:
    """A deposit is named in the query, refused where it was made before, and added in Python."""

    async def deposited(purse_id: PurseId, coins: Coins, session: Session) -> Any:
        purse = await purse_or_404(session, purse_id)
        same = select(Deposit).where(Deposit.purse_id == purse_id, Deposit.coins == coins)
        if (await session.scalars(same)).first():
            raise HTTPException(409, "This deposit was made before")
        row = Deposit(purse_id=purse_id, coins=coins)
        purse.coins += coins
        session.add(row)
        await session.commit()
        return row

    return with_route("deposit", deposited, app(), response_model=DepositOut)


@breaks("CON-15", says="and then version 2 instead of 3")
def version_compared_in_python() -> FastAPI:
    """An action compares the version it is sent with the row's, and writes whatever comes then."""

    async def extended(
        rental_id: rentals.RentalId,
        sent: rentals.Extension,
        session: rentals.Session,
        harbour: rentals.Harbour,
    ) -> rentals.RentalOut:
        rental = await rentals.rental_or_404(session, harbour, rental_id)
        if rental.version != sent.version:
            raise HTTPException(409, "somebody else has changed it")
        rental.ends = min(rental.ends + timedelta(days=sent.days), rentals.LAST)
        rental.version += 1
        await session.commit()
        return rentals.RentalOut.model_validate(rental)

    return with_route("extend", extended, rentals.app())
