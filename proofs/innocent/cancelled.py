"""Visits of a service that is cancelled all day: it finishes what it has begun, or ends in time."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp, Receive, Scope, Send

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

LIMIT = 20.0
T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]


class Base(DeclarativeBase):
    pass


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    guest: Mapped[str] = mapped_column(String(60))
    days: Mapped[int] = mapped_column(default=1)


class Letter(Base):
    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(100))


class VisitIn(BaseModel):
    guest: SafeText = Field(min_length=1, max_length=60)
    days: int = Field(default=1, ge=1, le=365)


class VisitOut(VisitIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class Plain:
    """Runs each unit of work in the request, and cleans up in `finally`."""

    def __init__(self) -> None:
        self.sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(expire_on_commit=False)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.visits = 0

    async def run(self, work: Work[T]) -> T:
        session = self.sessions()
        try:
            found = await work(session)
            await session.commit()
        finally:
            await session.close()
        return found

    async def count(self) -> None:
        """Look how many visits there are, for a page that shows it; nobody waits for this."""
        async with self.sessions() as session:
            self.visits = await session.scalar(select(func.count(Visit.id))) or 0

    def start(self, strand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(strand)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


class Shielded(Plain):
    """Finishes each unit of work that was begun, whatever becomes of its request."""

    async def run(self, work: Work[T]) -> T:
        return await asyncio.shield(self.start(super().run(work)))


router = APIRouter(prefix="/visits")
VisitId = Annotated[int, Path(ge=1, le=2**31 - 1)]


def store_of(request: Request) -> Plain:
    store: Plain = request.app.state.store
    return store


async def visit_or_404(session: AsyncSession, visit_id: int) -> Visit:
    visit = await session.get(Visit, visit_id, with_for_update=True)
    if visit is None:
        raise HTTPException(404, "no such visit")
    return visit


@router.get("/", response_model=list[VisitOut])
async def list_visits(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    async def work(session: AsyncSession) -> Any:
        page = select(Visit).order_by(Visit.id).limit(limit).offset(offset)
        return (await session.scalars(page)).all()

    found = await store_of(request).run(work)
    store_of(request).start(store_of(request).count())
    return found


@router.post("/", response_model=VisitOut, status_code=201)
async def create_visit(visit: VisitIn, request: Request) -> Any:
    async def work(session: AsyncSession) -> Any:
        row = Visit(**visit.model_dump())
        session.add_all([row, Letter(text=f"welcome, {visit.guest}")])
        await session.flush()
        return row

    return await store_of(request).run(work)


@router.get("/{visit_id}", response_model=VisitOut)
async def read_visit(visit_id: VisitId, request: Request) -> Any:
    return await store_of(request).run(lambda session: visit_or_404(session, visit_id))


@router.put("/{visit_id}", response_model=VisitOut)
async def replace_visit(visit_id: VisitId, new: VisitIn, request: Request) -> Any:
    async def work(session: AsyncSession) -> Any:
        visit = await visit_or_404(session, visit_id)
        visit.guest, visit.days = new.guest, new.days
        session.add(Letter(text=f"changed: {new.guest}"))
        return visit

    return await store_of(request).run(work)


@router.delete("/{visit_id}", status_code=204)
async def delete_visit(visit_id: VisitId, request: Request) -> None:
    async def work(session: AsyncSession) -> None:
        await session.delete(await visit_or_404(session, visit_id))

    await store_of(request).run(work)


def visits(store: Plain) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_async_engine(os.environ["DATABASE_URL"])
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        store.sessions.configure(bind=engine)
        app.state.store = store
        yield
        await asyncio.gather(*store.tasks, return_exceptions=True)
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.include_router(router)
    return app


async def named(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers["X-Service"] = "visits"
    return response


class TimeLimit:
    """Answers 504 where a request takes too long and nothing of its answer was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(LIMIT if scope["type"] == "http" else None):
                await self.app(scope, receive, send)
        except TimeoutError:
            await JSONResponse({"detail": "too late"}, 504)(scope, receive, send)


@innocent(
    looks="A cancelled request goes on, and its rows appear when it has long ended.",
    near=("CAN-03", "CAN-10"),
)
def shielded() -> FastAPI:
    """Units of work run in shielded tasks that are waited for; letters are stored with them."""
    app = visits(Shielded())
    app.add_middleware(BaseHTTPMiddleware, dispatch=named)
    return app


@innocent(
    looks="A task is left behind, sessions are closed by hand, and 504 is answered.",
    near=("CAN-01", "CAN-09"),
)
def limited() -> FastAPI:
    """Time limits for all requests, `finally` for all sessions, a count that nobody waits for."""
    app = visits(Plain())
    app.add_middleware(TimeLimit)
    return app
