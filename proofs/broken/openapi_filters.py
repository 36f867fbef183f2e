"""Apps whose list filters by whatever number it is given."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query
from sqlalchemy import select

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, Service, found
from reference_app.schemas import ExampleItemOut


@breaks("API-03", says="?newer_than=9223372036854775808 -> 50", databases=("sqlite", "postgresql"))
def filter_without_bounds() -> FastAPI:
    """The list shows what is newer than an id, which may be greater than any column holds."""

    async def listed(
        service: Service,
        limit: Limit = 50,
        offset: Offset = 0,
        newer_than: Annotated[int, Query()] = 0,
    ) -> list[ExampleItemOut]:
        newer = ExampleItem.id > newer_than
        async with transaction(service._session):
            page = select(ExampleItem).where(newer).order_by(ExampleItem.id)
            rows = await service._session.scalars(page.limit(limit).offset(offset))
            return [found(item) for item in rows]

    return with_route("list_items", listed)
