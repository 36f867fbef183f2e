"""Apps whose transfer breaks the promises that each write of a collection is held to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from proofs.innocent.accounts import (
    CHOSEN,
    Account,
    Session,
    Transfer,
    TransferIn,
    TransferOut,
    app,
    give,
    lock,
    take,
)


def with_transfer(transfer: Any) -> FastAPI:
    """The accounts, with another transfer."""
    return with_route("transfer", transfer, app(), response_model=TransferOut)


@breaks("CAN-03", says="only a part is stored, in accounts", also=("ERR-03",), arguments=CHOSEN)
def taken_then_given() -> FastAPI:
    """A transfer commits what it takes before it gives."""

    async def transferred(sent: TransferIn, session: Session) -> Any:
        await lock(session, sent)
        await take(session, sent)
        await session.commit()
        row = await give(session, sent)
        await session.commit()
        return row

    return with_transfer(transferred)


@breaks("ERR-03", says="part of it is stored in accounts", also=("CAN-03",), arguments=CHOSEN)
def taken_in_a_session_of_its_own() -> FastAPI:
    """A transfer takes in a session that its helper opens, and gives in the one of the request."""

    async def transferred(sent: TransferIn, request: Request, session: Session) -> Any:
        async with request.app.state.sessions.begin() as own:
            await lock(own, sent)
            await take(own, sent)
        row = await give(session, sent)
        await session.commit()
        return row

    return with_transfer(transferred)


@breaks("SES-03", says="COMMIT came only after the answer", arguments=CHOSEN)
def committed_behind_the_answer() -> FastAPI:
    """A transfer leaves its COMMIT to the end of its dependency, which is after the answer."""

    async def committing(session: Session) -> AsyncIterator[AsyncSession]:
        yield session
        await session.commit()

    async def transferred(sent: TransferIn, session: AsyncSession = Depends(committing)) -> Any:
        await lock(session, sent)
        await take(session, sent)
        row = await give(session, sent)
        await session.flush()
        return row

    return with_transfer(transferred)


@breaks(
    "SES-01",
    says="still out after POST /transfers -> 404",
    databases=("sqlite",),
    also=("API-03",),  # a session that is kept has the file locked
    arguments=CHOSEN,
)
def kept_when_refused() -> FastAPI:
    """A transfer closes its session after a success and after a failure, not after a refusal."""

    async def transferred(sent: TransferIn, request: Request) -> Any:
        session: AsyncSession = request.app.state.sessions()
        request.app.state.last = session  # as a log of what was refused would
        try:
            await lock(session, sent)
            await take(session, sent)
            row = await give(session, sent)
            await session.commit()
        except HTTPException:
            raise
        except BaseException:
            await session.close()
            raise
        await session.close()
        return row

    return with_transfer(transferred)


@breaks("CON-15", says="and then balance ", arguments=CHOSEN)
def balances_made_in_python() -> FastAPI:
    """A transfer reads both balances, moves the amount in Python, and writes them."""

    async def transferred(sent: TransferIn, session: Session) -> Any:
        keys = {sent.payer, sent.payee}
        found = (await session.scalars(select(Account).where(Account.id.in_(keys)))).all()
        by_id = {account.id: account for account in found}
        if len(by_id) != len(keys):
            raise HTTPException(404, "no such account")
        by_id[sent.payer].balance -= sent.amount
        by_id[sent.payee].balance += sent.amount
        row = Transfer(**sent.model_dump())
        session.add(row)
        await session.commit()
        return row

    return with_transfer(transferred)
