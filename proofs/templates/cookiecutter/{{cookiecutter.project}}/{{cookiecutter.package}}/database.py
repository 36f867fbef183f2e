"""The database: one engine per app, one session per request."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy import String
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Looking for a table and making it are two steps: workers that start together take turns.
TURN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(271828)"}


class Base(DeclarativeBase):
    """The tables of the service."""


class Item(Base):
    """A named thing."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database before the first request, and close it after the last one."""
    engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///./items.db"))
    try:
        await create_tables(engine)
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
    finally:
        await engine.dispose()


async def create_tables(engine: AsyncEngine) -> None:
    """Create what is missing."""
    async with engine.connect() as connection:
        await connection.exec_driver_sql(TURN[connection.dialect.name])
        await connection.run_sync(Base.metadata.create_all)
        await connection.commit()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give a session; whoever writes commits, before the answer."""
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]
