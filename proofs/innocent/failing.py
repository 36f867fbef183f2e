"""Orders of a service that expects its database to fail: it tries again, and knows when not to."""

import logging
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

LEAD = {
    "sqlite": "SELECT 1",
    "postgresql": "SELECT pg_try_advisory_lock(132)",
    "mysql": "SELECT GET_LOCK(concat(database(), '.leader'), 0)",
}
LOST_RACES = ("40001", "40P01")
T = TypeVar("T")
logger = logging.getLogger(__name__)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(80))
    pieces: Mapped[int]


class Note(Base):
    __tablename__ = "order_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(80))


class OrderIn(BaseModel):
    item: SafeText = Field(min_length=1, max_length=80)
    pieces: int = Field(ge=1, le=1000)


class OrderOut(OrderIn):
    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID


def is_passing(error: DBAPIError) -> bool:
    """Whether another try of the whole transaction may succeed."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state in LOST_RACES


class Store:
    """Runs transactions, each at most twice, and turns requests away while it tries a dead end."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self.sessions = sessions
        self._is_down = False
        self._is_tried = False

    async def run(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        if self._is_down and self._is_tried:
            raise HTTPException(503, "the database is being looked for")
        self._is_tried = self._is_down
        try:
            found = await self._twice(work)
        except (OSError, DBAPIError) as error:
            self._is_down = isinstance(error, OSError) or error.connection_invalidated
            raise
        finally:
            self._is_tried = False
        self._is_down = False
        return found

    async def _twice(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        try:
            return await self._once(work)
        except DBAPIError as error:
            if not is_passing(error):
                raise
        return await self._once(work)

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self.sessions() as session, session.begin():
            return await work(session)


async def note(session: AsyncSession, text: str) -> None:
    """Keep a note, if that can be done; its failure spoils nothing but its savepoint."""
    try:
        async with session.begin_nested():
            session.add(Note(text=text))
    except DBAPIError as error:
        if is_passing(error):
            raise
        logger.warning("no note of %s", text)


async def order_or_404(session: AsyncSession, order_id: uuid.UUID) -> Order:
    order = await session.get(Order, order_id, with_for_update=True)
    if order is None:
        raise HTTPException(404, "no such order")
    return order


def get_store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Orders = Annotated[Store, Depends(get_store)]


async def list_orders(
    store: Orders,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> list[Order]:
    async def work(session: AsyncSession) -> list[Order]:
        page = select(Order).order_by(Order.id).limit(limit).offset(offset)
        return list(await session.scalars(page))

    return await store.run(work)


async def create_order(order: OrderIn, store: Orders) -> Order:
    number = uuid.uuid4()

    async def work(session: AsyncSession) -> Order:
        stored = await session.get(Order, number)
        if stored is not None:
            return stored
        row = Order(id=number, **order.model_dump())
        session.add(row)
        await session.flush()
        await note(session, f"created {number}")
        return row

    return await store.run(work)


async def read_order(order_id: uuid.UUID, store: Orders) -> Order:
    return await store.run(lambda session: order_or_404(session, order_id))


async def replace_order(order_id: uuid.UUID, order: OrderIn, store: Orders) -> Order:
    async def work(session: AsyncSession) -> Order:
        row = await order_or_404(session, order_id)
        row.item, row.pieces = order.item, order.pieces
        await session.flush()
        await note(session, f"replaced {order_id}")
        return row

    return await store.run(work)


async def delete_order(order_id: uuid.UUID, store: Orders) -> None:
    tried: list[uuid.UUID] = []

    async def work(session: AsyncSession) -> None:
        if tried and await session.get(Order, order_id) is None:
            return
        await session.delete(await order_or_404(session, order_id))
        tried.append(order_id)
        await session.flush()
        await note(session, f"deleted {order_id}")

    await store.run(work)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.store = Store(async_sessionmaker(engine, expire_on_commit=False))
    async with engine.connect() as leader:
        await leader.execution_options(isolation_level="AUTOCOMMIT")
        await leader.exec_driver_sql(LEAD[engine.dialect.name])
        yield
    await engine.dispose()


@innocent(
    looks="It repeats writes, swallows errors, refuses by itself and keeps a connection.",
    near=("ERR-01", "FAI-06"),
)
def app() -> FastAPI:
    """Each create has its id before its first try, so that the second finds what that stored."""
    made = FastAPI(lifespan=lifespan)
    one, many = "/orders/{order_id}", "/orders"
    made.add_api_route(many, list_orders, response_model=list[OrderOut])
    made.add_api_route(
        many, create_order, response_model=OrderOut, methods=["POST"], status_code=201
    )
    made.add_api_route(one, read_order, response_model=OrderOut)
    made.add_api_route(one, replace_order, response_model=OrderOut, methods=["PUT"])
    made.add_api_route(one, delete_order, methods=["DELETE"], status_code=204)
    return made
