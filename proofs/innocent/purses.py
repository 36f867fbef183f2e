"""Purses with deposits, an import of many at once, and a socket that waits for its client."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, WebSocket
from fastapi.websockets import WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, ForeignKey, String, event, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from starlette.requests import HTTPConnection

from proofs.innocent import innocent
from proofs.innocent.parent_children import enforce
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Purse(Base):
    __tablename__ = "purses"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    coins: Mapped[int] = mapped_column(BigInteger, default=0)
    deposits: Mapped[list["Deposit"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="Deposit.id"
    )


class Deposit(Base):
    __tablename__ = "deposits"
    id: Mapped[int] = mapped_column(primary_key=True)
    purse_id: Mapped[int] = mapped_column(ForeignKey("purses.id", ondelete="CASCADE"), index=True)
    coins: Mapped[int]


Owner = Annotated[SafeText, Field(min_length=1, max_length=80)]


class PurseIn(BaseModel):
    owner: Owner


class PurseOut(PurseIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    coins: int


class DepositIn(BaseModel):
    coins: int = Field(ge=1, le=1000)


class DepositOut(DepositIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class Import(BaseModel):
    owners: list[Owner]


class Stored(BaseModel):
    stored: int


async def get_session(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    async with connection.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
PurseId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]
router = APIRouter(prefix="/purses")


async def purse_or_404(session: AsyncSession, purse_id: int) -> Purse:
    purse = await session.get(Purse, purse_id)
    if purse is None:
        raise HTTPException(404, "Purse not found")
    return purse


@router.get("", response_model=list[PurseOut])
async def list_purses(session: Session, limit: Limit = 50, offset: Offset = 0) -> Any:
    page = select(Purse).order_by(Purse.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", response_model=PurseOut, status_code=201)
async def create_purse(purse: PurseIn, session: Session) -> Any:
    row = Purse(owner=purse.owner, coins=0)
    session.add(row)
    await session.commit()
    return row


@router.post("/import", status_code=201)
async def import_purses(sent: Import, session: Session) -> Stored:
    if sent.owners:
        rows = [{"owner": owner, "coins": 0} for owner in sent.owners]
        await session.execute(insert(Purse), rows)
        await session.commit()
    return Stored(stored=len(sent.owners))


@router.get("/{purse_id}", response_model=PurseOut)
async def read_purse(purse_id: PurseId, session: Session) -> Any:
    return await purse_or_404(session, purse_id)


@router.get("/{purse_id}/deposits", response_model=list[DepositOut])
async def list_deposits(
    purse_id: PurseId, session: Session, limit: Limit = 50, offset: Offset = 0
) -> Any:
    await purse_or_404(session, purse_id)
    found = select(Deposit).where(Deposit.purse_id == purse_id).order_by(Deposit.id)
    return (await session.scalars(found.limit(limit).offset(offset))).all()


@router.post("/{purse_id}/deposits", response_model=DepositOut, status_code=201)
async def deposit(purse_id: PurseId, sent: DepositIn, session: Session) -> Any:
    grown = update(Purse).where(Purse.id == purse_id).values(coins=Purse.coins + sent.coins)
    if not (await session.execute(grown)).rowcount:  # type: ignore[attr-defined]
        raise HTTPException(404, "Purse not found")
    row = Deposit(purse_id=purse_id, coins=sent.coins)
    session.add(row)
    await session.commit()
    return row


@router.delete("/{purse_id}", status_code=204)
async def delete_purse(purse_id: PurseId, session: Session) -> None:
    await session.delete(await purse_or_404(session, purse_id))
    await session.commit()


@router.websocket("/{purse_id}/live")
async def live(socket: WebSocket, purse_id: int) -> None:
    """Look whether there is such a purse, give the connection back, and repeat what is said."""
    async with socket.app.state.sessions() as session:
        purse = await session.get(Purse, purse_id)
    if purse is None:
        await socket.close(4404)
        return
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


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
    looks="Deposits meet, imports are long, and a socket stays open as long as its client.",
    near=("SES-16", "CON-15"),
)
def app() -> FastAPI:
    """Children in a collection of their own, an action that adds, a batch, a WebSocket."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
