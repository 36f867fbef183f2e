"""Devices whose ids are UUIDs made by the service; names are unique."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Enum, String, Uuid, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Kind(StrEnum):
    SENSOR = "sensor"
    SWITCH = "switch"


class Base(DeclarativeBase):
    pass


class Device(Base):
    __tablename__ = "devices"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    kind: Mapped[Kind] = mapped_column(Enum(Kind))


class DeviceIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: SafeText = Field(min_length=1, max_length=50)
    kind: Kind = Kind.SENSOR


class DeviceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID
    name: str
    kind: Kind


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
router = APIRouter(prefix="/devices")


async def device_or_404(session: AsyncSession, device_id: uuid.UUID) -> Device:
    device = await session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise HTTPException(404, {"code": "unknown-device", "message": "There is no such device"})
    return device


async def stored(session: AsyncSession, device: Device) -> DeviceOut:
    session.add(device)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "A device of this name exists") from None
    return DeviceOut.model_validate(device)


@router.get("/")
async def list_devices(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[DeviceOut]:
    page = select(Device).order_by(Device.name).limit(limit).offset(offset)
    return [DeviceOut.model_validate(device) for device in await session.scalars(page)]


@router.post("/", status_code=201)
async def create_device(device: DeviceIn, session: Session) -> DeviceOut:
    return await stored(session, Device(**device.model_dump()))


@router.get("/{device_id}")
async def read_device(device_id: uuid.UUID, session: Session) -> DeviceOut:
    return DeviceOut.model_validate(await device_or_404(session, device_id))


@router.put("/{device_id}")
async def replace_device(device_id: uuid.UUID, device: DeviceIn, session: Session) -> DeviceOut:
    row = await device_or_404(session, device_id)
    row.name, row.kind = device.name, device.kind
    return await stored(session, row)


@router.delete("/{device_id}", status_code=204)
async def delete_device(device_id: uuid.UUID, session: Session) -> None:
    await session.delete(await device_or_404(session, device_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="Ids are not numbers, names are unique, and the list is in the order of names.")
def app() -> FastAPI:
    """UUID ids, a unique column, and an error whose detail is an object."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
