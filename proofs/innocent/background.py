"""Sensors beside a thread that writes all the time, in its own loop and through its own engine."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import NullPool, String, delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

EVERY = 0.01
"""Seconds from one heartbeat to the next."""

SensorId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Base(DeclarativeBase):
    pass


class Sensor(Base):
    __tablename__ = "sensors"
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(60))


class Notice(Base):
    __tablename__ = "notices"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(80))


class Heartbeat(Base):
    __tablename__ = "heartbeats"
    id: Mapped[int] = mapped_column(primary_key=True)


class SensorIn(BaseModel):
    place: SafeText = Field(min_length=1, max_length=60)


class SensorOut(SensorIn):
    id: int


async def beat(until: threading.Event) -> None:
    """Write a heartbeat and send what is to be sent, until told to stop."""
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    while not until.wait(EVERY):
        with suppress(DBAPIError, OSError):  # the next one may find the database again
            async with AsyncSession(engine) as session, session.begin():
                session.add(Heartbeat())
                await session.execute(delete(Notice))


@innocent(
    looks="Rows come and go, and transactions are open, while a request is served or not.",
    near=("SES-02",),
)
def app() -> FastAPI:
    """A thread with an event loop of its own sends what creates leave in an outbox."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        until = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(beat(until)))
        thread.start()
        yield
        until.set()
        await asyncio.to_thread(thread.join)
        await engine.dispose()

    made = FastAPI(lifespan=lifespan)

    @made.get("/sensors")
    async def list_sensors(
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[SensorOut]:
        page = select(Sensor).order_by(Sensor.id).limit(limit).offset(offset)
        async with sessions() as session:
            return [SensorOut(id=one.id, place=one.place) for one in await session.scalars(page)]

    @made.post("/sensors", status_code=201)
    async def create_sensor(sensor: SensorIn) -> SensorOut:
        async with sessions.begin() as session:
            row = Sensor(place=sensor.place)
            session.add_all([row, Notice(text=f"a sensor for {sensor.place}")])
            await session.flush()
            return SensorOut(id=row.id, place=row.place)

    @made.get("/sensors/{sensor_id}", responses={404: {}})
    async def read_sensor(sensor_id: SensorId) -> SensorOut:
        async with sessions() as session:
            row = await session.get(Sensor, sensor_id)
        if row is None:
            raise HTTPException(404, "no such sensor")
        return SensorOut(id=row.id, place=row.place)

    @made.delete("/sensors/{sensor_id}", status_code=204, responses={404: {}})
    async def delete_sensor(sensor_id: SensorId) -> None:
        async with sessions.begin() as session:
            row = await session.get(Sensor, sensor_id)
            if row is None:
                raise HTTPException(404, "no such sensor")
            await session.delete(row)

    return made
