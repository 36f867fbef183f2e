"""Films: a create tells the number alone, a read wraps the film beside its links."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Film(Base):
    __tablename__ = "films"
    film_id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    director: Mapped[str] = mapped_column(String(80))


class FilmIn(BaseModel):
    title: SafeText = Field(min_length=1, max_length=80)
    director: SafeText = Field(min_length=1, max_length=80)


class FilmOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    film_id: int
    title: str
    director: str


class Made(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    film_id: int


class Page(BaseModel):
    film: FilmOut
    links: dict[str, str]


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/films")


async def film_or_404(session: AsyncSession, number: int) -> Film:
    film = await session.get(Film, number, with_for_update=True)
    if film is None:
        raise HTTPException(404, "This film is not in the archive")
    return film


@router.get("", response_model=list[FilmOut])
async def list_films(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Film).order_by(Film.film_id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", response_model=Made, status_code=201)
async def create_film(film: FilmIn, session: Session) -> Any:
    row = Film(**film.model_dump())
    session.add(row)
    await session.commit()
    return row


@router.get("/{id}", response_model=Page)
async def read_film(id: Number, session: Session) -> Any:  # noqa: A002 - as the path has it
    film = await film_or_404(session, id)
    return {"film": film, "links": {"self": f"/films/{id}"}}


@router.put("/{id}", response_model=FilmOut)
async def replace_film(id: Number, film: FilmIn, session: Session) -> Any:  # noqa: A002 - see above
    row = await film_or_404(session, id)
    row.title, row.director = film.title, film.director
    await session.commit()
    return row


@router.delete("/{id}", status_code=204)
async def delete_film(id: Number, session: Session) -> None:  # noqa: A002 - see above
    await session.delete(await film_or_404(session, id))
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
    looks="No two operations show a film in the same shape; the path has no name for its number.",
    near=("CRU-04",),
)
def app() -> FastAPI:
    """Another shape per operation: a number, a wrapped row, a bare one."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
