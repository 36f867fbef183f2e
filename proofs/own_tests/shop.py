"""A small shop, with its defects beside its good parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

kept: list[Any] = []


class Base(DeclarativeBase):
    """The tables of the shop."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str]


def make_engine(url: str, **options: Any) -> AsyncEngine:
    """Make an engine whose savepoints are within a transaction, as SQLAlchemy's page on it says."""
    engine = create_async_engine(url, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection, record) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


async def make_tables(engine: AsyncEngine) -> None:
    """Make the tables of the shop."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session per request."""
    async with request.app.state.maker() as session:
        yield session


async def get_committing(request: Request) -> AsyncIterator[AsyncSession]:
    """A session that is committed when the answer has been sent."""
    async with request.app.state.maker() as session:
        yield session
        await session.commit()


@asynccontextmanager
async def stored(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """A session that is committed at the end of a block."""
    async with maker() as session:
        yield session
        await session.commit()


Session = Annotated[AsyncSession, Depends(get_session)]


async def place_order(session: AsyncSession, item: str) -> int:
    """Store an order, and commit it."""
    order = Order(item=item)
    session.add(order)
    await session.commit()
    return order.id


def make_app(engine: AsyncEngine) -> FastAPI:
    """The shop on an engine."""
    app = FastAPI()
    maker = app.state.maker = async_sessionmaker(engine, expire_on_commit=False)

    @app.post("/orders", status_code=201)
    async def create(session: Session, item: str = "tea") -> int:
        return await place_order(session, item)

    @app.get("/orders")
    async def listed(session: Session) -> list[str]:
        return list((await session.execute(text("SELECT item FROM orders"))).scalars())

    @app.post("/late", status_code=201)
    async def late(session: Annotated[AsyncSession, Depends(get_committing)]) -> str:
        session.add(Order(item="late"))
        return "stored, soon"

    @app.post("/forgotten", status_code=201)
    async def forgotten(session: Session) -> str:
        session.add(Order(item="forgotten"))
        await session.flush()
        return "never stored"

    @app.get("/leak")
    async def leak() -> int:
        session = maker()
        kept.append(session)
        return (await session.execute(text("SELECT count(*) FROM orders"))).scalar_one()

    @app.get("/dropped")
    async def dropped() -> int:
        connection = await engine.connect()
        return (await connection.execute(text("SELECT count(*) FROM orders"))).scalar_one()

    @app.post("/later", status_code=202)
    async def later(tasks: BackgroundTasks) -> str:
        async def store() -> None:
            async with stored(maker) as session:
                session.add(Order(item="later"))

        tasks.add_task(store)
        return "noted"

    @app.get("/started")
    async def started() -> str:
        kept.append(asyncio.create_task(wait_for_ever()))
        return "started"

    return app


async def wait_for_ever() -> None:
    """Wait for what never comes."""
    await asyncio.Event().wait()
