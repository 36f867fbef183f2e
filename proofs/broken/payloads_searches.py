"""Apps that make something else than a text of what they are searched for."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from proofs.innocent import searched
from reference_app.database import get_async_session, read
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, found
from reference_app.schemas import ExampleItemOut

NUL_FAILS = ("sqlite", "postgresql")
"""Where a statement with a NUL character is an error."""

Session = Annotated[AsyncSession, Depends(get_async_session)]


@breaks("PAY-48", says="name=zzqx%27+OR", also=("PAY-47", "PAY-04"), databases=NUL_FAILS)
def statement_by_f_string() -> FastAPI:
    """A list puts what it is searched for between quotes of its own."""

    async def list_items(
        session: Session, limit: Limit = 50, offset: Offset = 0, name: str = ""
    ) -> list[ExampleItemOut]:
        like = text(f"name LIKE '%{name}%'")
        page = select(ExampleItem).where(like).order_by(ExampleItem.id)
        return [found(row) for row in await read(session, page.limit(limit).offset(offset))]

    return with_route("list_items", list_items)


@breaks("PAY-48", says="exactly=zzqx%27", also=("PAY-47", "PAY-04"), databases=NUL_FAILS)
def condition_by_percent() -> FastAPI:
    """A list that shows one name has it written into the statement of the driver."""

    async def list_items(
        session: Session, limit: Limit = 50, offset: Offset = 0, exactly: str | None = None
    ) -> list[ExampleItemOut]:
        page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
        if exactly is None:
            return [found(row) for row in await read(session, page)]
        statement = "SELECT id FROM example_items WHERE name = '%s'" % exactly  # noqa: UP031
        connection = await session.connection()
        ids = (await connection.exec_driver_sql(statement)).scalars().all()
        rows = (await session.scalars(page.where(ExampleItem.id.in_(ids)))).all()
        await session.commit()
        return [found(row) for row in rows]

    return with_route("list_items", list_items)


@breaks("PAY-47", says="like=zzqx%28 -> 500")
def pattern_unescaped() -> FastAPI:
    """A list compiles what it is searched for, as it is."""
    return searched.searching(re.compile)
