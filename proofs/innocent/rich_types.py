"""Specimens: thirty fields of as many types, behind the routes of the reference app."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.rich_columns import specimens
from proofs.innocent.rich_schemas import Specimen, SpecimenOut, SpecimenUpdate
from reference_app import create_app
from reference_app.database import get_async_session, transaction
from reference_app.errors import DETAILS, answer_wrong_method, documented
from reference_app.routes import ItemId, Limit, Offset

Values = Mapping[str, Any]
LOOSE = {"tags", "labels", "counts", "pair", "maker", "owner", "payment", "tree"}
"""What is stored as JSON, whole."""


class Specimens:
    """The specimens of one session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.model: Any = specimens()

    def stored(self, sent: BaseModel) -> dict[str, Any]:
        """What is stored of what was sent."""
        is_part = isinstance(sent, SpecimenUpdate)
        names = sent.model_fields_set if is_part else {*Specimen.model_fields}
        values = {name: getattr(sent, name) for name in names}
        return values | sent.model_dump(mode="json", include=LOOSE & names)

    def shown(self, row: Any) -> Any:
        """What is shown of what is stored."""
        if row is None:
            raise HTTPException(404, DETAILS[404])
        return SpecimenOut.model_validate(row)

    async def list(self, limit: int, offset: int) -> Sequence[Any]:
        """A page of specimens in the order of their ids."""
        page = select(self.model).order_by(self.model.id).limit(limit).offset(offset)
        async with transaction(self.session):
            return (await self.session.scalars(page)).all()

    async def create(self, sent: BaseModel) -> Any:
        """Store a new one."""
        row = self.model(**self.stored(sent))
        async with transaction(self.session):
            self.session.add(row)
        return row

    async def get(self, item_id: int) -> Any:
        """One of them, or None."""
        async with transaction(self.session):
            return await self.session.get(self.model, item_id)

    async def change(self, item_id: int, sent: BaseModel) -> Any:
        """Write the columns that were sent, and no others."""
        values = self.stored(sent)
        written = update(self.model).where(self.model.id == item_id).values(**values)
        async with transaction(self.session):
            if values:
                await self.session.execute(written)
            return await self.session.get(self.model, item_id, populate_existing=True)

    async def delete(self, item_id: int) -> bool:
        """Remove one; whether it was there."""
        removal = delete(self.model).where(self.model.id == item_id)
        async with transaction(self.session):
            removed: Any = await self.session.execute(removal)
        return bool(removed.rowcount)


def rich_app(
    kind: type[Specimens] = Specimens, create: Any = Specimen, update: Any = SpecimenUpdate
) -> FastAPI:
    """The reference app with specimens of a kind in the place of its items."""
    specimens()
    app = create_app()
    router = _router(kind, create, update)
    app.router.routes[:] = [
        route
        for route in app.routes
        if "docs" in getattr(route, "path", "") or "openapi" in getattr(route, "path", "")
    ]
    app.include_router(router)
    app.add_exception_handler(405, answer_wrong_method(router.routes))
    return app


def _router(kind: type[Specimens], sent: Any, changed: Any) -> APIRouter:
    def of_session(session: Annotated[AsyncSession, Depends(get_async_session)]) -> Specimens:
        return kind(session)

    made = APIRouter(prefix="/specimens", responses=documented(500, 503))
    given: Any = Depends(of_session)
    answers = documented(400, 404, 409)
    options: dict[str, Any] = {"response_model": SpecimenOut, "responses": answers}

    @made.get("/", response_model=list[SpecimenOut])
    async def list_specimens(
        limit: Limit = 50, offset: Offset = 0, specimens: Specimens = given
    ) -> Any:
        return [specimens.shown(row) for row in await specimens.list(limit, offset)]

    @made.post("/", status_code=201, **options)
    async def create_specimen(body: sent, specimens: Specimens = given) -> Any:
        return specimens.shown(await specimens.create(body))

    @made.get("/{item_id}", **options)
    async def get_specimen(item_id: ItemId, specimens: Specimens = given) -> Any:
        return specimens.shown(await specimens.get(item_id))

    @made.put("/{item_id}", **options)
    async def replace_specimen(
        item_id: ItemId,
        body: sent,
        specimens: Specimens = given,
    ) -> Any:
        return specimens.shown(await specimens.change(item_id, body))

    @made.patch("/{item_id}", **options)
    async def update_specimen(
        item_id: ItemId,
        body: changed,
        specimens: Specimens = given,
    ) -> Any:
        return specimens.shown(await specimens.change(item_id, body))

    @made.delete("/{item_id}", status_code=204, responses=documented(404))
    async def delete_specimen(item_id: ItemId, specimens: Specimens = given) -> None:
        if not await specimens.delete(item_id):
            raise HTTPException(404, DETAILS[404])

    return made


@innocent(
    looks="Values come back in other spellings: sets in another order, spans and money too.",
    databases=NOT_MARIADB,
)
def app() -> FastAPI:
    """Thirty fields of as many types, each kept exactly."""
    return rich_app()
