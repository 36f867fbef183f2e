"""Countries by their code: the id is a field that the client chooses."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

CODE = r"^[A-Za-z0-9-]+$"


class Base(DeclarativeBase):
    pass


class Country(Base):
    __tablename__ = "countries"
    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))


class CountryChange(BaseModel):
    name: SafeText = Field(min_length=1, max_length=120)


class CountryIn(CountryChange):
    code: str = Field(pattern=CODE, max_length=24)


class CountryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    code: str
    name: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Code = Annotated[str, Path(pattern=CODE, max_length=24)]
router = APIRouter(prefix="/countries")


async def country_or_404(session: AsyncSession, code: str) -> Country:
    country = await session.get(Country, code, with_for_update=True)
    if country is None:
        raise HTTPException(404, "Country not found")
    return country


@router.get("", response_model=list[CountryOut])
async def list_countries(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=300)] = 300,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Country).order_by(Country.code).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", response_model=CountryOut, status_code=201)
async def create_country(country: CountryIn, session: Session) -> Any:
    row = Country(**country.model_dump())
    session.add(row)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "This code is taken") from None
    return row


@router.get("/{code}", response_model=CountryOut)
async def read_country(code: Code, session: Session) -> Any:
    return await country_or_404(session, code)


@router.put("/{code}", response_model=CountryOut)
async def rename_country(code: Code, country: CountryChange, session: Session) -> Any:
    row = await country_or_404(session, code)
    row.name = country.name
    await session.commit()
    return row


@router.delete("/{code}", status_code=204)
async def delete_country(code: Code, session: Session) -> None:
    await session.delete(await country_or_404(session, code))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="The same body twice answers 409, and any text might be an id.")
def app() -> FastAPI:
    """A natural key: sent on create, fixed afterwards."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
