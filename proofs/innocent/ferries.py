"""Ferries: a create says nothing, the list is long, and a delete has to say of which kind it is."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

FLEET = 15


class Base(DeclarativeBase):
    pass


class Ferry(Base):
    __tablename__ = "ferries"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    harbour: Mapped[str] = mapped_column(String(60))


class FerryIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=60)
    harbour: SafeText = Field(min_length=1, max_length=60)


class FerryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    harbour: str


class Ending(StrEnum):
    SOLD = "sold"
    SCRAPPED = "scrapped"


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
FerryId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/ferries")


async def ferry_or_404(session: AsyncSession, ferry_id: int) -> Ferry:
    ferry = await session.get(Ferry, ferry_id, with_for_update=True)
    if ferry is None:
        raise HTTPException(404, "No such ferry")
    return ferry


@router.get("", response_model=list[FerryOut])
async def list_ferries(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Ferry).order_by(Ferry.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", status_code=204)
async def create_ferry(ferry: FerryIn, session: Session) -> None:
    session.add(Ferry(**ferry.model_dump()))
    await session.commit()


@router.get("/{ferry_id}", response_model=FerryOut)
async def read_ferry(ferry_id: FerryId, session: Session) -> Any:
    return await ferry_or_404(session, ferry_id)


@router.put("/{ferry_id}", response_model=FerryOut)
async def replace_ferry(ferry_id: FerryId, ferry: FerryIn, session: Session) -> Any:
    row = await ferry_or_404(session, ferry_id)
    row.name, row.harbour = ferry.name, ferry.harbour
    await session.commit()
    return row


@router.delete("/{ferry_id}", status_code=204)
async def delete_ferry(ferry_id: FerryId, ending: Ending, session: Session) -> None:
    await session.delete(await ferry_or_404(session, ferry_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
        session = sessions(bind=connection)
        if await session.scalar(select(Ferry.id).limit(1)) is None:
            session.add_all(Ferry(name=f"Ferry {n}", harbour="Home") for n in range(FLEET))
            await session.flush()
    app.state.sessions = sessions
    yield
    await engine.dispose()


@innocent(
    looks="The new ferry is on the second page, and a delete without its reason is refused.",
    databases=NOT_MARIADB,
)
def app() -> FastAPI:
    """A create without an answer, a list in pages, a query that DELETE has to have."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
