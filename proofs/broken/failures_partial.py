"""An app whose writes come apart when their connection breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, MetaData, String, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from proofs.broken import SERVERS, breaks
from proofs.broken.starting import opening
from reference_app.database import DatabaseFailure, get_async_session
from reference_app.models import Base, ExampleItem
from reference_app.routes import get_service
from reference_app.schema import TAKE_TURN
from reference_app.service import ExampleItemService

notes = Table(
    "example_notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", String(100), nullable=False),
)


class Resuming(ExampleItemService):
    """Repeats a statement on another connection, but not those that came before it."""

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        made = insert(ExampleItem).values(**values).returning(ExampleItem.id)
        try:
            number = (await self._resumed(made)).scalar_one()
            await self._resumed(insert(notes).values(text=f"created {number}"))
            await self._session.commit()
        except Exception as error:
            await self._session.rollback()
            raise DatabaseFailure from error
        return ExampleItem(id=number, **values)

    async def _resumed(self, statement: Any) -> Any:
        try:
            return await self._session.execute(statement)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            await self._session.rollback()
            return await self._session.execute(statement)


@breaks("FAI-04", says="only a part is stored, in example_notes", databases=SERVERS)
def goes_on_with_the_rest() -> FastAPI:
    """A create that loses its connection goes on with the rest of its statements on another."""
    return with_notes(Resuming)


def with_notes(service: type[ExampleItemService]) -> FastAPI:
    """Make the reference app with a table of notes beside the items, and another service."""

    async def prepare(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(TAKE_TURN[connection.dialect.name])
            await connection.run_sync(Base.metadata.create_all)
            await connection.run_sync(notes.create, checkfirst=True)

    def replaced(session: AsyncSession = Depends(get_async_session)) -> ExampleItemService:
        return service(session)

    app = opening(prepare)
    app.dependency_overrides[get_service] = replaced
    return app
