"""A small bank, whose good transfer stands beside its broken ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Body, Depends, FastAPI, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

kept: list[AsyncSession] = []


class Base(DeclarativeBase):
    """The tables."""


class Account(Base):
    """An account."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]


async def make_accounts(engine: AsyncEngine) -> None:
    """Make the table, with two accounts."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(text("INSERT INTO accounts VALUES (1, 100), (2, 0)"))


async def move(session: AsyncSession, account: int, amount: int) -> None:
    """Add an amount to the balance of an account."""
    change = text("UPDATE accounts SET balance = balance + :amount WHERE id = :account")
    await session.execute(change, {"amount": amount, "account": account})


async def transfer(session: AsyncSession, to: int, amount: int) -> None:
    """Move an amount from the first account to another one."""
    await move(session, 1, -amount)
    await move(session, to, amount)
    await session.commit()


async def transfer_in_halves(session: AsyncSession, to: int, amount: int) -> None:
    """Commit twice: between the two the money is nowhere."""
    await move(session, 1, -amount)
    await session.commit()
    await move(session, to, amount)
    await session.commit()


async def read_balances(session: AsyncSession) -> list[int]:
    """Read all balances."""
    return list((await session.scalars(text("SELECT balance FROM accounts ORDER BY id"))).all())


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session per request."""
    async with request.app.state.maker() as session:
        yield session


async def unavailable(request: Request, error: Exception) -> Response:
    """Answer that another try may succeed."""
    return Response(status_code=503)


Session = Annotated[AsyncSession, Depends(get_session)]
Number = Annotated[int, Body()]


def make_app(engine: AsyncEngine) -> FastAPI:
    """The bank on an engine."""
    app = FastAPI()
    for kind in (DBAPIError, PoolTimeout):
        app.add_exception_handler(kind, unavailable)
    maker = app.state.maker = async_sessionmaker(engine)

    @app.post("/transfer")
    async def good(session: Session, to: Number, amount: Number) -> str:
        await transfer(session, to, amount)
        return "done"

    @app.post("/halves")
    async def halves(session: Session, to: Number, amount: Number) -> str:
        await transfer_in_halves(session, to, amount)
        return "done"

    @app.post("/leaking")
    async def leaking(to: Number, amount: Number) -> str:
        session = maker()
        kept.append(session)
        await transfer(session, to, amount)
        await asyncio.sleep(0)
        await session.execute(text("SELECT 1"))
        await asyncio.sleep(0)
        await session.close()
        return "done"

    @app.post("/lost-update")
    async def lost_update(session: Session, to: Number, amount: Number) -> str:
        first = await session.get_one(Account, 1)
        second = await session.get_one(Account, to)
        change = text("UPDATE accounts SET balance = :balance WHERE id = :account")
        for account, balance in ((1, first.balance - amount), (to, second.balance + amount)):
            await session.execute(change, {"balance": balance, "account": account})
        await session.commit()
        return "done"

    @app.get("/balances")
    async def balances(session: Session) -> list[int]:
        return await read_balances(session)

    @app.get("/nothing")
    async def nothing() -> str:
        return "nothing"

    return app
