"""A service with so many defects that a team has to begin with a list of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken.replacing import with_route, with_service
from reference_app.database import DatabaseFailure, get_async_session, get_async_sessionmaker
from reference_app.errors import answer_invalid_request, logger
from reference_app.models import ExampleItem
from reference_app.routes import ItemId, Limit, Offset, Service, found
from reference_app.schemas import ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]
Session = Annotated[AsyncSession, Depends(get_async_session)]


class Careless(ExampleItemService):
    """Leaves every COMMIT to whoever owns the session, and every error to whoever calls."""

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        """Store the name, and flush."""
        item = ExampleItem(name=(values["name"] or "").strip().lower())
        self._session.add(item)
        await self._session.flush()
        return item

    async def get(self, item_id: int) -> ExampleItem | None:
        """Read in a transaction that begins by itself."""
        return await self._session.get(ExampleItem, item_id)

    async def update(self, item_id: int, values: Mapping[str, str | None]) -> ExampleItem | None:
        """Read the row, change it, and leave out what is null."""
        item = await self._session.get(ExampleItem, item_id)
        if item is not None:
            for name, value in values.items():
                setattr(item, name, value if value is not None else getattr(item, name))
            await self._session.flush()
        return item

    async def delete(self, item_id: int) -> bool:
        """Look for the row, and leave it there."""
        return await self._session.get(ExampleItem, item_id) is not None


async def careless_sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
    """Commit and close behind the answer, and only if nothing went wrong."""
    session = maker()
    yield session
    await session.commit()
    await session.close()


async def any_read(item_id: str, service: Service) -> ExampleItemOut:
    """Take any digits for an id, and blame the request where there is no row."""
    digits = re.match(r"\d+", item_id)
    item = await service.get(int(digits[0])) if digits else None
    if item is None:
        raise HTTPException(400, "There is no such item")
    return found(item)


async def any_list(session: Session, limit: int = 50, offset: int = 0) -> list[ExampleItemOut]:
    """Show a page in no order, of any size and from any place."""
    page = select(ExampleItem).limit(limit).offset(offset)
    return [found(item) for item in await session.scalars(page)]


async def replaced(item_id: ItemId, payload: ExampleItemCreate, service: Service) -> ExampleItemOut:
    """Answer with the description that was there before."""
    before = found(await service.get(item_id)).description
    after = found(await service.update(item_id, payload.model_dump()))
    return after.model_copy(update={"description": before})


async def refusing(request: Request, error: RequestValidationError) -> Response:
    """Repeat the id in a header, and look for a name in any body."""
    response = await answer_invalid_request(request, error)
    response.headers["X-Refused"] = request.path_params.get("item_id", "")
    if not isinstance(error.body, bytes):
        logger.info("refused %s", (error.body or {}).get("name"))
    return response


async def numbered(request: Request, call_next: Any) -> Response:
    """Decode the request's number, and look for the length that not every body has."""
    request.state.number = dict(request.scope["headers"]).get(b"x-request-id", b"-").decode()
    if request.method == "POST":
        request.state.length = int(request.headers["content-length"])
    answer: Response = await call_next(request)
    return answer


async def telling(_request: Request, error: Exception) -> JSONResponse:
    """Answer with what the driver says."""
    return JSONResponse({"detail": str(error.__cause__ or error)}, 500)


def careless() -> FastAPI:
    """All of it."""
    app = with_service(Careless)
    app.dependency_overrides[get_async_session] = careless_sessions
    app.exception_handlers |= {Exception: telling, DatabaseFailure: telling}
    app.add_exception_handler(RequestValidationError, refusing)  # type: ignore[arg-type]
    app.middleware("http")(numbered)
    app = with_route("get_item", any_read, app)
    app = with_route("replace_item", replaced, app)
    return with_route("list_items", any_list, app)


def more_careless() -> FastAPI:
    """One defect more, at an operation of its own."""
    return with_report(0)


def less_careless() -> FastAPI:
    """That one is mended, and another: a page has bounds again."""
    app = with_report(1)

    async def list_items(
        session: Session, limit: Limit = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        return await any_list(session, limit, offset)

    return with_route("list_items", list_items, app)


def with_report(least: int) -> FastAPI:
    """Divide by what the client sends, which is at least this."""
    app = careless()

    @app.get("/report")
    async def report(share: int = Query(ge=least, le=100)) -> int:
        return 100 // share

    return app
