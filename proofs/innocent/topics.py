"""Topics whose create finds the one there is: camelCase outside, snake_case inside."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.textrules import SafeText

FIRST = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(142)"}


class Base(DeclarativeBase):
    pass


class Topic(Base):
    __tablename__ = "topics"
    id: Mapped[int] = mapped_column(primary_key=True)
    full_title: Mapped[str] = mapped_column(String(80), unique=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    slug: Mapped[str] = mapped_column(String(100))


def slug_of(title: str) -> str:
    return "-".join(title.lower().split())[:100]


class Spoken(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class TopicIn(Spoken):
    full_title: SafeText = Field(
        min_length=1,
        max_length=80,
        validation_alias=AliasChoices("fullTitle", "full_title", "title"),
    )
    is_open: bool = True


class TopicOut(Spoken):
    id: int
    full_title: str
    is_open: bool
    slug: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
TopicId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/topics")
FIELDS = {"fullTitle": Topic.full_title, "slug": Topic.slug}


class Sought(Spoken):
    is_open: bool = Field(default=False, description="Only those that are open")
    order_by: Literal["fullTitle", "slug"] = "fullTitle"
    direction: Literal["asc", "desc"] = "asc"
    per_page: int = Field(default=20, ge=1, le=100)
    page: int = Field(default=1, ge=1, le=10**7)


@router.get("/", response_model=list[TopicOut])
async def list_topics(session: Session, sought: Annotated[Sought, Query()]) -> Any:
    column = FIELDS[sought.order_by]
    order = column.desc() if sought.direction == "desc" else column
    found = select(Topic).where(Topic.is_open) if sought.is_open else select(Topic)
    start = (sought.page - 1) * sought.per_page
    page = found.order_by(order, Topic.id).limit(sought.per_page).offset(start)
    return (await session.scalars(page)).all()


@router.post("/", response_model=TopicOut, status_code=201)
async def find_or_create(topic: TopicIn, session: Session, response: Response) -> Any:
    same_title = select(Topic).where(Topic.full_title == topic.full_title)
    known = (await session.scalars(same_title)).one_or_none()
    if known is not None:
        response.status_code = 200
        return known
    row = Topic(**topic.model_dump(), slug=slug_of(topic.full_title))
    session.add(row)
    await commit(session)
    return row


@router.get("/{topic_id}", response_model=TopicOut)
async def read_topic(topic_id: TopicId, session: Session) -> Any:
    topic = await session.get(Topic, topic_id, with_for_update=True)
    if topic is None:
        raise HTTPException(404, "Topic not found")
    return topic


@router.put("/{topic_id}", response_model=TopicOut)
async def replace_topic(topic_id: TopicId, topic: TopicIn, session: Session) -> Any:
    row = await read_topic(topic_id, session)
    row.full_title, row.is_open = topic.full_title, topic.is_open
    row.slug = slug_of(topic.full_title)
    await commit(session)
    return row


async def commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "There is such a topic") from None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.exec_driver_sql(FIRST[engine.dialect.name])
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A create that is sent again answers the old row; columns may be written by name.",
    databases=NOT_MARIADB,
)
def app() -> FastAPI:
    """Find or create; a field has three names, its column one of them; orders by two parameters."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
