"""Seats that many people change at once: versions, a unique code, two connections, and a queue."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import AsyncAdaptedQueuePool, String, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

CODE = r"^[A-Za-z0-9-]+$"
MOST_AT_ONCE = 12
REST = 3
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class Base(DeclarativeBase):
    pass


class Seat(Base):
    __tablename__ = "seats"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    guest: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)


class SeatIn(BaseModel):
    code: str = Field(min_length=1, max_length=30, pattern=CODE)
    guest: SafeText | None = Field(default=None, max_length=80)


class SeatChange(BaseModel):
    code: str = Field(default_factory=str, min_length=1, max_length=30, pattern=CODE)
    guest: SafeText | None = Field(default=None, max_length=80)


class SeatOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    code: str
    guest: str | None


class Queue:
    """Puts off what is too much, and lets a few requests pass by after the pool was empty."""

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self.inside = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["app"].state
        state.resting = max(0, getattr(state, "resting", 0) - 1)
        if state.resting or self.inside >= MOST_AT_ONCE:
            await JSONResponse({"detail": "Too busy"}, 503)(scope, receive, send)
            return
        self.inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside -= 1


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
SeatId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/seats")


async def commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "This code is taken") from None


async def change(session: AsyncSession, seat_id: int, sent: dict[str, Any]) -> Any:
    """Write the whole row back, if it is still the one that was read."""
    seat = await session.get(Seat, seat_id)
    if seat is None:
        raise HTTPException(404, "Seat not found")
    whole = {"code": seat.code, "guest": seat.guest} | sent | {"version": seat.version + 1}
    still = update(Seat).where(Seat.id == seat_id, Seat.version == seat.version)
    try:
        changed: Any = await session.execute(still.values(**whole))
    except IntegrityError:
        raise HTTPException(409, "This code is taken") from None
    if not changed.rowcount:
        raise HTTPException(409, "The seat was changed meanwhile")
    await commit(session)
    return {"id": seat_id} | whole


@router.get("/", response_model=list[SeatOut])
async def list_seats(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Seat.id).order_by(Seat.id).limit(limit).offset(offset)
    known = (await session.scalars(page)).all()
    await session.commit()
    found = await session.scalars(select(Seat).where(Seat.id.in_(known)).order_by(Seat.id))
    return found.all()


@router.post("/", response_model=SeatOut, status_code=201)
async def create_seat(seat: SeatIn, session: Session) -> Any:
    taken = await session.scalar(select(Seat.id).where(Seat.code == seat.code))
    if taken is not None:
        raise HTTPException(409, "This code is taken")
    row = Seat(**seat.model_dump())
    session.add(row)
    await commit(session)
    return row


@router.get("/{seat_id}", response_model=SeatOut)
async def read_seat(seat_id: SeatId, session: Session) -> Any:
    seat = await session.get(Seat, seat_id)
    if seat is None:
        raise HTTPException(404, "Seat not found")
    return seat


@router.put("/{seat_id}", response_model=SeatOut)
async def replace_seat(seat_id: SeatId, seat: SeatIn, session: Session) -> Any:
    return await change(session, seat_id, seat.model_dump())


@router.patch("/{seat_id}", response_model=SeatOut)
async def change_seat(seat_id: SeatId, seat: SeatChange, session: Session) -> Any:
    return await change(session, seat_id, seat.model_dump(exclude_unset=True))


@router.delete("/{seat_id}", status_code=204)
async def delete_seat(seat_id: SeatId, session: Session) -> None:
    removed: Any = await session.execute(delete(Seat).where(Seat.id == seat_id))
    if not removed.rowcount:
        raise HTTPException(404, "Seat not found")
    await session.commit()


async def rest(request: Request, error: Exception) -> JSONResponse:
    request.app.state.resting = REST
    return JSONResponse({"detail": "Too busy"}, 503)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = os.environ["DATABASE_URL"]
    few = {"poolclass": AsyncAdaptedQueuePool, "pool_size": 2, "max_overflow": 0}
    engine = create_async_engine(url, **few)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="Of two changes or creates at once one is refused, and so is much of a burst.",
    near=("CON-01", "CON-10"),
)
def app() -> FastAPI:
    """Optimistic locking, a unique code, two connections, and a queue that puts requests off."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    made.add_exception_handler(PoolTimeoutError, rest)
    made.add_middleware(Queue)
    return made
