"""Settings that a client names itself: PUT makes the row or replaces it."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, Uuid, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Base(DeclarativeBase):
    pass


class Setting(Base):
    __tablename__ = "settings"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    label: Mapped[str] = mapped_column(String(60))
    content: Mapped[str | None] = mapped_column(String(250))


class SettingIn(BaseModel):
    label: SafeText = Field(min_length=1, max_length=60)
    content: SafeText | None = Field(default=None, max_length=250)


class SettingOut(SettingIn):
    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
router = APIRouter(prefix="/settings")


async def stored(session: AsyncSession, setting_id: uuid.UUID, setting: SettingIn) -> Any:
    values = setting.model_dump()
    insert = INSERT[session.get_bind().dialect.name](Setting).values(id=setting_id, **values)
    upsert = insert.on_conflict_do_update(index_elements=["id"], set_=values).returning(Setting)
    row = (await session.scalars(upsert)).one()
    await session.commit()
    return row


@router.get("", response_model=list[SettingOut])
async def list_settings(session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 100) -> Any:
    return (await session.scalars(select(Setting).order_by(Setting.id).limit(limit))).all()


@router.post("", response_model=SettingOut, status_code=201)
async def create_setting(setting: SettingIn, session: Session) -> Any:
    return await stored(session, uuid.uuid4(), setting)


@router.get("/{setting_id}", response_model=SettingOut)
async def read_setting(setting_id: uuid.UUID, session: Session) -> Any:
    setting = await session.get(Setting, setting_id)
    if setting is None:
        raise HTTPException(404, "Setting not found")
    return setting


@router.put("/{setting_id}", response_model=SettingOut)
async def put_setting(setting_id: uuid.UUID, setting: SettingIn, session: Session) -> Any:
    return await stored(session, setting_id, setting)


@router.delete("/{setting_id}", status_code=204)
async def delete_setting(setting_id: uuid.UUID, session: Session) -> None:
    await session.execute(delete(Setting).where(Setting.id == setting_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A PUT on an id that no row has makes the row; a second delete answers 204 again.",
    databases=NOT_MARIADB,
    near=("CRU-13", "CRU-17"),
)
def app() -> FastAPI:
    """PUT creates or replaces in one statement; DELETE is idempotent to the letter."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
