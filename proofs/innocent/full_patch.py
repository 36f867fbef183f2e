"""Profiles whose PATCH wants the whole schema, as some services have it."""

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


class Profile(Base):
    __tablename__ = "profiles"
    id: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str] = mapped_column(String(30))
    about: Mapped[str] = mapped_column(String(600))
    age: Mapped[int]


class ProfileIn(BaseModel):
    nickname: SafeText = Field(min_length=2, max_length=30)
    about: SafeText = Field(max_length=600)
    age: int = Field(ge=0, le=150)


class ProfileOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    nickname: str
    about: str
    age: int


class Answer(BaseModel):
    """Every single answer is wrapped."""

    data: ProfileOut


class Answers(BaseModel):
    data: list[ProfileOut]
    count: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
ProfileId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/profiles")


async def profile_or_404(session: AsyncSession, profile_id: int) -> Profile:
    profile = await session.get(Profile, profile_id, with_for_update=True)
    if profile is None:
        raise HTTPException(404, "Profile not found")
    return profile


@router.get("/", response_model=Answers)
async def list_profiles(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    skip: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Profile).order_by(Profile.id).limit(limit).offset(skip)
    found = (await session.scalars(page)).all()
    return {"data": found, "count": len(found)}


@router.post("/", response_model=Answer)
async def create_profile(profile: ProfileIn, session: Session) -> Any:
    row = Profile(**profile.model_dump())
    session.add(row)
    await session.commit()
    return {"data": row}


@router.get("/{profile_id}", response_model=Answer)
async def read_profile(profile_id: ProfileId, session: Session) -> Any:
    return {"data": await profile_or_404(session, profile_id)}


@router.patch("/{profile_id}", response_model=Answer)
async def change_profile(profile_id: ProfileId, profile: ProfileIn, session: Session) -> Any:
    row = await profile_or_404(session, profile_id)
    for name, value in profile.model_dump().items():
        setattr(row, name, value)
    await session.commit()
    return {"data": row}


@router.delete("/{profile_id}")
async def delete_profile(profile_id: ProfileId, session: Session) -> bool:
    await session.delete(await profile_or_404(session, profile_id))
    await session.commit()
    return True


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="A PATCH with one field is refused, and a row is found only inside its wrapper.")
def app() -> FastAPI:
    """PATCH takes what POST takes; every answer is wrapped in `data`; DELETE answers true."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
