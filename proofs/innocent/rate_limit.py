"""Postcards behind a rate limit: who asks too often is told when to come again."""

import os
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

MOST = 100
"""Requests that are served in a second."""


class Base(DeclarativeBase):
    pass


class Postcard(Base):
    __tablename__ = "postcards"
    id: Mapped[int] = mapped_column(primary_key=True)
    greeting: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(40))


class PostcardIn(BaseModel):
    greeting: SafeText = Field(min_length=1, max_length=100)
    country: SafeText = Field(min_length=1, max_length=40)


class PostcardOut(PostcardIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session, session.begin():
        yield session


# The scope ends with the function, so the commit comes before the answer.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
PostcardId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/postcards")


async def postcard_or_404(session: AsyncSession, postcard_id: int) -> Postcard:
    postcard = await session.get(Postcard, postcard_id, with_for_update=True)
    if postcard is None:
        raise HTTPException(404, "There is no such postcard")
    return postcard


@router.get("")
async def list_postcards(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> list[PostcardOut]:
    found = await session.scalars(select(Postcard).order_by(Postcard.id).limit(limit))
    return [PostcardOut.model_validate(postcard) for postcard in found]


@router.post("", status_code=201)
async def create_postcard(postcard: PostcardIn, session: Session) -> PostcardOut:
    row = Postcard(**postcard.model_dump())
    session.add(row)
    await session.flush()
    return PostcardOut.model_validate(row)


@router.get("/{postcard_id}")
async def read_postcard(postcard_id: PostcardId, session: Session) -> PostcardOut:
    return PostcardOut.model_validate(await postcard_or_404(session, postcard_id))


@router.delete("/{postcard_id}", status_code=204)
async def delete_postcard(postcard_id: PostcardId, session: Session) -> None:
    await session.delete(await postcard_or_404(session, postcard_id))


class Limit:
    """Lets so many requests pass in a second."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._passed: deque[float] = deque(maxlen=MOST)

    async def __call__(
        self, request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """Answer, or say when to come again."""
        now = time.monotonic()
        if len(self._passed) == MOST and self._passed[0] > now - 1:
            return JSONResponse({"detail": "Too many requests"}, 429, self._headers)
        self._passed.append(now)
        return await answer(request)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="Of many requests most are answered 429, also those for rows that are there.",
    near=("CON-12",),
)
def app() -> FastAPI:
    """A limit of requests per second in a middleware, one transaction per request."""
    return limited({"Retry-After": "1"})


@innocent(looks="Those that are answered 429 are not told when to come again.")
def silent() -> FastAPI:
    """A limit of requests per second that gives no Retry-After."""
    return limited({})


def limited(headers: Mapping[str, str]) -> FastAPI:
    """Make the app with its limit, which sends these headers."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    made.middleware("http")(Limit(headers))
    return made
