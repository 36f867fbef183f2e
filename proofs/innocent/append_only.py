"""Measurements that are written once: nothing can be changed or deleted."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Double, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Measurement(Base):
    __tablename__ = "measurements"
    id: Mapped[int] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(30))
    celsius: Mapped[float] = mapped_column(Double)


class MeasurementIn(BaseModel):
    station: SafeText = Field(min_length=1, max_length=30)
    celsius: float = Field(ge=-273.15, le=10_000, allow_inf_nan=False)


class MeasurementOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    station: str
    celsius: float


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def list_measurements(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[MeasurementOut]:
    newer = select(Measurement).where(Measurement.id > after).order_by(Measurement.id)
    return [MeasurementOut.model_validate(row) for row in await session.scalars(newer.limit(limit))]


async def add_measurement(measurement: MeasurementIn, session: Session) -> MeasurementOut:
    row = Measurement(**measurement.model_dump())
    async with session.begin():
        session.add(row)
    return MeasurementOut.model_validate(row)


async def read_measurement(
    measurement_id: Annotated[int, Path(ge=1, le=2**31 - 1)], session: Session
) -> MeasurementOut:
    row = await session.get(Measurement, measurement_id)
    if row is None:
        raise HTTPException(404)
    return MeasurementOut.model_validate(row)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="There is neither PUT nor PATCH nor DELETE, and pages go on from an id.")
def app() -> FastAPI:
    """Create, read and list only; a list is continued after the last id seen."""
    made = FastAPI(lifespan=lifespan)
    made.get("/measurements")(list_measurements)
    made.post("/measurements", status_code=202)(add_measurement)
    made.get("/measurements/{measurement_id}")(read_measurement)
    return made
