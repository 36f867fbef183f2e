"""Apps that one request breaks for everybody, until they are restarted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import AsyncAdaptedQueuePool

from proofs.broken import breaks
from proofs.broken.replacing import with_route, with_service
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, Service, found
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Values = Mapping[str, str | None]
READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgresql": (
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    ),
}


@breaks(
    "CRU-61",
    says="-> 404",
    databases=tuple(READ_ONLY),
)
def reading_only() -> FastAPI:
    """A read makes its connection refuse writes; if the row is missing, it stays so in the pool."""

    class Careful(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            async with transaction(self._session):
                connection = await self._session.connection()
                on, off = READ_ONLY[connection.dialect.name]
                await connection.exec_driver_sql(on)
                item = await self._session.get(ExampleItem, item_id)
                if item is not None:
                    await connection.exec_driver_sql(off)
            return item

    return with_service(Careful)


@breaks("CRU-61", says="no end within")
def never_released() -> FastAPI:
    """Writes take turns by a lock, which a change of a missing item does not give back."""
    turn = asyncio.Lock()

    class InTurn(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            async with turn:
                return await super().create(values)

        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            await turn.acquire()
            item = await super().update(item_id, values)
            if item is not None:
                turn.release()
            return item

    return with_service(InTurn)


@breaks("CRU-61", says="KeyError")
def counted_down() -> FastAPI:
    """A counter beside the table is dropped by the DELETE of an item, and missed by each create."""
    counters = {"items": 0}

    class Counting(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            counters["items"] += 1
            return await super().create(values)

        async def delete(self, item_id: int) -> bool:
            is_gone = await super().delete(item_id)
            if is_gone:
                counters.pop("items", None)
            return is_gone

    return with_service(Counting)


@breaks("CRU-61", says="GET /api/v1/examples/database-example/ -> 200 with no row in it")
def shown_as_a_page() -> FastAPI:
    """The DELETE of an item switches the list to a page for browsers, for everybody."""
    gone: list[int] = []

    class Noting(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            gone.append(item_id)
            return await super().delete(item_id)

    async def list_items(service: Service, limit: Limit = 50, offset: Offset = 0) -> Any:
        items = [found(item) for item in await service.list(limit=limit, offset=offset)]
        return HTMLResponse("<p>none yet</p>") if gone else items

    return with_route("list_items", list_items, with_service(Noting))


@breaks("CRU-61", says="and later ones were again")
def unanswered_once() -> FastAPI:
    """The fifth change waits for something that never comes; all others are answered."""
    turns = iter([False] * 4 + [True])

    class Waiting(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            if next(turns, False):
                await asyncio.Event().wait()
            return await super().update(item_id, values)

    return with_service(Waiting)


class Base(DeclarativeBase):
    pass


class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)


class BadgeIn(BaseModel):
    code: str = Field(min_length=1, max_length=40, pattern="^[a-z0-9]+$")


class BadgeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    code: str


shared: list[AsyncSession] = []


def session() -> AsyncSession:
    """Return the one session of this module, which is made when it is first asked for."""
    if not shared:
        engine = create_async_engine(load_settings().database_url, poolclass=AsyncAdaptedQueuePool)
        shared.append(AsyncSession(engine, expire_on_commit=False))
    return shared[0]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    connection = await session().connection()
    await connection.run_sync(Base.metadata.create_all)
    await session().commit()
    yield


async def list_badges() -> Any:
    found = (await session().scalars(select(Badge).order_by(Badge.id))).all()
    await session().commit()
    return found


async def create_badge(badge: BadgeIn) -> Badge:
    row = Badge(code=badge.code)
    session().add(row)
    try:
        await session().flush()
    except IntegrityError:
        raise HTTPException(409, "this code is taken") from None
    await session().commit()
    return row


@breaks("CRU-61", says="rolled back", also=("SES-04",))
def never_rolled_back() -> FastAPI:
    """All requests share a session of the module, and a code that is taken leaves it failed."""
    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/badges", list_badges, response_model=list[BadgeOut])
    app.add_api_route(
        "/badges", create_badge, response_model=BadgeOut, methods=["POST"], status_code=201
    )
    return app
