"""Accounts, and transfers from one to another: an operation that is none of the collection's."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, String, event, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from proofs.innocent import innocent
from proofs.innocent.parent_children import enforce
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

TRANSFER = (
    'POST /transfers {"payer": {row.id}, "payee": {other.id}, "amount": 5, "reason": "no. {n}"}'
)
CHOSEN = ("--contract-operation", TRANSFER)
AREAS = ("sessions", "errors", "failures", "cancellation", "disconnect", "concurrency")
GIFT = 100
TRIES = 3


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    balance: Mapped[int]


class Transfer(Base):
    __tablename__ = "transfers"
    id: Mapped[int] = mapped_column(primary_key=True)
    payer: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    payee: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    amount: Mapped[int]
    reason: Mapped[str] = mapped_column(String(80))


class AccountIn(BaseModel):
    owner: SafeText = Field(min_length=1, max_length=80)


class AccountOut(AccountIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    balance: int


Key = Annotated[int, Field(ge=1, le=2**31 - 1)]


class TransferIn(BaseModel):
    payer: Key
    payee: Key
    amount: int = Field(ge=1, le=1000)
    reason: SafeText = Field(max_length=80)


class TransferOut(TransferIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


async def get_session(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    async with connection.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
AccountId = Annotated[int, Path(ge=1, le=2**31 - 1)]


async def list_accounts(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Account).order_by(Account.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


async def open_account(account: AccountIn, session: Session) -> Any:
    row = Account(owner=account.owner, balance=GIFT)
    session.add(row)
    await session.commit()
    return row


async def read_account(account_id: AccountId, session: Session) -> Any:
    account = await session.get(Account, account_id)
    if account is None:
        raise HTTPException(404, "no such account")
    return account


async def take(session: AsyncSession, sent: TransferIn) -> None:
    """Take the amount from the payer, who must have it."""
    taken = (
        update(Account)
        .where(Account.id == sent.payer, Account.balance >= sent.amount)
        .values(balance=Account.balance - sent.amount)
    )
    if not (await session.execute(taken)).rowcount:  # type: ignore[attr-defined]
        raise HTTPException(409, "the payer does not have it")


async def give(session: AsyncSession, sent: TransferIn) -> Transfer:
    """Give the amount to the payee, and write the transfer down."""
    given = update(Account).where(Account.id == sent.payee)
    row = Transfer(**sent.model_dump())
    session.add(row)
    await session.execute(given.values(balance=Account.balance + sent.amount))
    return row


async def lock(session: AsyncSession, sent: TransferIn) -> None:
    """Lock both accounts in the order of their ids, so that two transfers cannot deadlock."""
    both = select(Account.id).where(Account.id.in_((sent.payer, sent.payee)))
    found = (await session.scalars(both.order_by(Account.id).with_for_update())).all()
    if len(found) != len({sent.payer, sent.payee}):
        raise HTTPException(404, "no such account")


async def transfer(sent: TransferIn, session: Session) -> Any:
    for _ in range(TRIES):
        try:
            await lock(session, sent)
            await take(session, sent)
            row = await give(session, sent)
            await session.flush()
        except OperationalError:
            await session.rollback()
            continue
        # Once a COMMIT was sent, nobody knows whether a second transfer would be one too many.
        await session.commit()
        return row
    raise HTTPException(503, "the database is busy")


async def unavailable(_connection: HTTPConnection, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "try again later"}, 503)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", enforce)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A transfer locks two rows, writes three, and tries again.",
    arguments=CHOSEN,
    areas=AREAS,
)
def app() -> FastAPI:
    """A transfer in one transaction, judged as the operation that was chosen."""
    made = FastAPI(lifespan=lifespan, exception_handlers={SQLAlchemyError: unavailable})
    accounts: dict[str, Any] = {"response_model": AccountOut}
    made.add_api_route("/accounts", list_accounts, response_model=list[AccountOut])
    made.add_api_route("/accounts", open_account, methods=["POST"], status_code=201, **accounts)
    made.add_api_route("/accounts/{account_id}", read_account, **accounts)
    made.add_api_route(
        "/transfers", transfer, methods=["POST"], status_code=201, response_model=TransferOut
    )
    return made
