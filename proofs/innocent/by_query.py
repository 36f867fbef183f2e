"""Subscribers, who are created by parameters of the query: no request has a body."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import String, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Subscriber(Base):
    __tablename__ = "subscribers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    nickname: Mapped[str] = mapped_column(String(60), unique=True)


class SubscriberOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
    nickname: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def get_transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """Commit behind the `yield`: after the answer, unless the scope is the function's."""
    async with request.app.state.sessions.begin() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Text = Annotated[SafeText, Query(min_length=1, max_length=60)]
router = APIRouter(prefix="/subscribers")


@router.get("/", response_model=list[SubscriberOut])
async def list_subscribers(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=300)] = 300,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Subscriber).order_by(Subscriber.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("/", response_model=SubscriberOut, status_code=201)
async def create_subscriber(name: Text, nickname: Text, session: Session) -> Any:
    row = Subscriber(name=name, nickname=nickname)
    session.add(row)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "This nickname is taken") from None
    except DBAPIError:
        raise HTTPException(503, "The database does not answer") from None
    return row


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A body of any kind is answered 201, and no row has an id.",
    areas=("sessions", "crud", "payloads"),
)
def app() -> FastAPI:
    """A create takes its values from the query, and each nickname once."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
