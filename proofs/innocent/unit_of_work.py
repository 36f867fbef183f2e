"""Rooms with a unit of work per request, kept by an ASGI middleware."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class Base(DeclarativeBase):
    pass


class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    seats: Mapped[int] = mapped_column(default=0)


class RoomIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=50)
    seats: int = Field(default=0, ge=0, le=10_000)


class RoomChange(BaseModel):
    name: SafeText = Field(default_factory=str, min_length=1, max_length=50)
    seats: int = Field(default=0, ge=0, le=10_000)


class RoomOut(RoomIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class UnitOfWork:
    """One session per request, committed before a success is announced, else rolled back."""

    def __init__(self, app: Asgi) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        async with scope["app"].state.sessions() as session:

            async def finish_then_send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    is_success = message["status"] < 400
                    await (session.commit() if is_success else session.rollback())
                await send(message)

            scope["state"]["session"] = session
            await self.app(scope, receive, finish_then_send)


def get_session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


Session = Annotated[AsyncSession, Depends(get_session)]
RoomId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/rooms")


async def room_or_404(session: AsyncSession, room_id: int) -> Room:
    room = await session.get(Room, room_id, with_for_update=True)
    if room is None:
        raise HTTPException(404, "Room not found")
    return room


@router.get("/", response_model=list[RoomOut])
async def list_rooms(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Room).order_by(Room.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("/", response_model=RoomOut, status_code=201)
async def create_room(room: RoomIn, session: Session) -> Any:
    row = Room(**room.model_dump())
    session.add(row)
    await session.flush()
    return row


@router.get("/{room_id}", response_model=RoomOut)
async def read_room(room_id: RoomId, session: Session) -> Any:
    return await room_or_404(session, room_id)


@router.patch("/{room_id}", response_model=RoomOut)
async def change_room(room_id: RoomId, change: RoomChange, session: Session) -> Any:
    row = await room_or_404(session, room_id)
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    await session.flush()
    return row


@router.delete("/{room_id}", status_code=204)
async def delete_room(room_id: RoomId, session: Session) -> None:
    await session.delete(await room_or_404(session, room_id))
    await session.flush()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="No route commits anything, and a session outlives the endpoint that used it.",
)
def app() -> FastAPI:
    """A pure ASGI middleware commits when a success is about to be announced."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    made.add_middleware(UnitOfWork)
    return made
