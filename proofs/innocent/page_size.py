"""Photos by the page: numbers of pages instead of offsets."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, HttpUrl
from sqlalchemy import String, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    caption: Mapped[str] = mapped_column(String(140))
    url: Mapped[str] = mapped_column(String(9000))


class PhotoIn(BaseModel):
    caption: SafeText = Field(max_length=140)
    url: HttpUrl


class PhotoOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    caption: str
    url: str


class PhotoPage(BaseModel):
    items: list[PhotoOut]
    page: int
    size: int
    total: int
    pages: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
PhotoId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/photos")


async def photo_or_404(session: AsyncSession, photo_id: int) -> Photo:
    photo = await session.get(Photo, photo_id, with_for_update=True)
    if photo is None:
        raise HTTPException(404, "Photo not found")
    return photo


@router.get("/", response_model=PhotoPage)
async def list_photos(
    session: Session,
    page: Annotated[int, Query(ge=1, le=10_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Any:
    total = await session.scalar(select(func.count()).select_from(Photo)) or 0
    shown = select(Photo).order_by(Photo.id.desc()).limit(size).offset((page - 1) * size)
    items = (await session.scalars(shown)).all()
    pages = -(-total // size)
    return {"items": items, "page": page, "size": size, "total": total, "pages": pages}


@router.post("/", response_model=PhotoOut, status_code=201)
async def create_photo(photo: PhotoIn, session: Session) -> Any:
    row = Photo(**photo.model_dump(mode="json"))
    session.add(row)
    await session.commit()
    return row


@router.get("/{photo_id}", response_model=PhotoOut)
async def read_photo(photo_id: PhotoId, session: Session) -> Any:
    return await photo_or_404(session, photo_id)


@router.put("/{photo_id}", response_model=PhotoOut)
async def replace_photo(photo_id: PhotoId, photo: PhotoIn, session: Session) -> Any:
    row = await photo_or_404(session, photo_id)
    row.caption, row.url = photo.caption, str(photo.url)
    await session.commit()
    return row


@router.delete("/{photo_id}", status_code=204)
async def delete_photo(photo_id: PhotoId, session: Session) -> None:
    await session.delete(await photo_or_404(session, photo_id))
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
    looks="Pages are counted from one, the newest row is on the first, and URLs respelled.",
    near=("CRU-23",),
)
def app() -> FastAPI:
    """Paging by page and size, the newest first; URLs come back normalised."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
