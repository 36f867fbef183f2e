"""Heroes, as the SQLModel tutorial teaches them, with an async session."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class HeroBase(SQLModel):
    name: SafeText = Field(index=True, min_length=1, max_length=60)
    age: int | None = Field(default=None, ge=0, le=10_000)


class Hero(HeroBase, table=True):
    __tablename__ = "hero"
    id: int | None = Field(default=None, primary_key=True)
    secret_name: SafeText = Field(min_length=1, max_length=60)


class HeroCreate(HeroBase):
    secret_name: SafeText = Field(min_length=1, max_length=60)


class HeroUpdate(SQLModel):
    name: SafeText = Field(default_factory=str, min_length=1, max_length=60)
    age: int | None = Field(default=None, ge=0, le=10_000)
    secret_name: SafeText = Field(default_factory=str, min_length=1, max_length=60)


class HeroPublic(HeroBase):
    id: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(request.app.state.engine) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]
HeroId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/heroes")


async def hero_or_404(session: AsyncSession, hero_id: int) -> Hero:
    hero = await session.get(Hero, hero_id)
    if not hero:
        raise HTTPException(status_code=404, detail="Hero not found")
    return hero


@router.post("/", response_model=HeroPublic)
async def create_hero(hero: HeroCreate, session: SessionDep) -> Hero:
    db_hero = Hero.model_validate(hero)
    session.add(db_hero)
    await session.commit()
    await session.refresh(db_hero)
    return db_hero


@router.get("/", response_model=list[HeroPublic])
async def read_heroes(
    session: SessionDep,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Sequence[Hero]:
    heroes = await session.exec(select(Hero).order_by(col(Hero.id)).offset(offset).limit(limit))
    return heroes.all()


@router.get("/{hero_id}", response_model=HeroPublic)
async def read_hero(hero_id: HeroId, session: SessionDep) -> Hero:
    return await hero_or_404(session, hero_id)


@router.patch("/{hero_id}", response_model=HeroPublic)
async def update_hero(hero_id: HeroId, hero: HeroUpdate, session: SessionDep) -> Hero:
    hero_db = await hero_or_404(session, hero_id)
    hero_db.sqlmodel_update(hero.model_dump(exclude_unset=True))
    session.add(hero_db)
    await session.commit()
    await session.refresh(hero_db)
    return hero_db


@router.delete("/{hero_id}")
async def delete_hero(hero_id: HeroId, session: SessionDep) -> dict[str, bool]:
    await session.delete(await hero_or_404(session, hero_id))
    await session.commit()
    return {"ok": True}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, SQLModel.metadata)
    app.state.engine = engine
    yield
    await engine.dispose()


@innocent(looks="A field that is sent, the secret name, never comes back in any answer.")
def app() -> FastAPI:
    """SQLModel: one class is table and schema, rows are refreshed after the commit."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
