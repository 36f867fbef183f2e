"""Rentals of boats: every request names its harbour, and a change the version it is about."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import String, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


class Base(DeclarativeBase):
    pass


class Rental(Base):
    __tablename__ = "rentals"
    id: Mapped[int] = mapped_column(primary_key=True)
    harbour: Mapped[str] = mapped_column(String(20), index=True)
    boat: Mapped[str] = mapped_column(String(60))
    begins: Mapped[date]
    ends: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)


class RentalIn(BaseModel):
    boat: SafeText = Field(min_length=1, max_length=60)
    begins: date = Field(ge=FIRST, le=LAST)
    ends: date = Field(ge=FIRST, le=LAST)

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if not self.begins < self.ends:
            raise ValueError("a rental ends after it begins")
        return self


class RentalChange(RentalIn):
    version: int = Field(ge=1, le=2**31 - 1)


class Extension(BaseModel):
    version: int = Field(ge=1, le=2**31 - 1)
    days: int = Field(ge=1, le=30)


class RentalOut(RentalIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    version: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Harbour = Annotated[str, Header(alias="X-Harbour", pattern="^[a-z0-9]{2,20}$")]
RentalId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/rentals")


async def rental_or_404(session: AsyncSession, harbour: str, rental_id: int) -> Rental:
    wanted = select(Rental).where(Rental.id == rental_id, Rental.harbour == harbour)
    rental = await session.scalar(wanted)
    if rental is None:
        raise HTTPException(404, "there is no such rental")
    return rental


async def changed(
    session: AsyncSession, rental: Rental, version: int, **values: object
) -> RentalOut:
    """Change a rental if nobody else has since that version."""
    ours = update(Rental).where(Rental.id == rental.id, Rental.version == version)
    statement = ours.values(version=version + 1, **values)
    result = await session.execute(statement.execution_options(synchronize_session=False))
    if not getattr(result, "rowcount", 0):
        raise HTTPException(409, "somebody else has changed it")
    await session.refresh(rental)
    await session.commit()
    return RentalOut.model_validate(rental)


@router.get("")
async def list_rentals(
    session: Session,
    harbour: Harbour,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[RentalOut]:
    ours = select(Rental).where(Rental.harbour == harbour).order_by(Rental.id)
    rows = await session.scalars(ours.limit(limit).offset(offset))
    return [RentalOut.model_validate(row) for row in rows]


@router.post("", status_code=201)
async def create_rental(rental: RentalIn, session: Session, harbour: Harbour) -> RentalOut:
    row = Rental(harbour=harbour, version=1, **rental.model_dump())
    session.add(row)
    await session.commit()
    return RentalOut.model_validate(row)


@router.get("/{rental_id}")
async def read_rental(rental_id: RentalId, session: Session, harbour: Harbour) -> RentalOut:
    return RentalOut.model_validate(await rental_or_404(session, harbour, rental_id))


@router.put("/{rental_id}")
async def replace_rental(
    rental_id: RentalId, sent: RentalChange, session: Session, harbour: Harbour
) -> RentalOut:
    rental = await rental_or_404(session, harbour, rental_id)
    return await changed(session, rental, **sent.model_dump())


@router.delete("/{rental_id}", status_code=204)
async def delete_rental(rental_id: RentalId, session: Session, harbour: Harbour) -> None:
    await session.delete(await rental_or_404(session, harbour, rental_id))
    await session.commit()


@router.post("/{rental_id}/extend")
async def extend(
    rental_id: RentalId, sent: Extension, session: Session, harbour: Harbour
) -> RentalOut:
    rental = await rental_or_404(session, harbour, rental_id)
    ends = min(rental.ends + timedelta(days=sent.days), LAST)
    return await changed(session, rental, sent.version, ends=ends)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="Without its header each request is refused, and with another version each change.")
def app() -> FastAPI:
    """A required header, an end that is later than its start, and versions that are sent back."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
