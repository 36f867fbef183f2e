"""Apps that are right one request at a time, and wrong when a row changes under their hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from sqlalchemy import delete, select

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


@breaks("CON-01", says="instead of")
def whole_row_written_back() -> FastAPI:
    """The PATCH reads the row, changes its copy and writes every column of it back."""

    class Copying(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            item = await self.get(item_id)
            if item is None:
                return None
            known = {"name": item.name, "description": item.description}
            return await super().update(item_id, known | dict(values))

    return with_service(Copying)


@breaks("CON-04", says="DELETE")
def exactly_one_deleted() -> FastAPI:
    """The delete looks the row up, and then insists on deleting exactly one."""

    class Insisting(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            if await self.get(item_id) is None:
                return False
            removal = delete(ExampleItem).where(ExampleItem.id == item_id)
            async with transaction(self._session):
                (await self._session.scalars(removal.returning(ExampleItem.id))).one()
            return True

    return with_service(Insisting)


@breaks("CON-05", says="-> 500")
def stale_row_flushed() -> FastAPI:
    """A change loads the row and flushes it, and nobody expects that it may have gone."""

    class Loading(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            async with transaction(self._session):
                item = await self._session.get(ExampleItem, item_id)
                for name, value in values.items() if item else ():
                    setattr(item, name, value)
            return item

    return with_service(Loading)


@breaks(
    "CON-06",
    says="the row is there afterwards",
    also=("CON-05",),
    databases=("sqlite", "postgresql"),
)
def merged_back() -> FastAPI:
    """The PATCH merges what was sent into the row, which inserts it where it has gone."""

    class Merging(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            known = select(ExampleItem.id).where(ExampleItem.id == item_id)
            async with transaction(self._session):
                if await self._session.scalar(known) is None:
                    return None
                return await self._session.merge(ExampleItem(id=item_id, **values))

    return with_service(Merging)


@breaks("CON-08", says="the read showed")
def read_in_parts() -> FastAPI:
    """The read loads the name and the description one after the other, in two transactions."""

    class Piecing(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            async with transaction(self._session):
                names = select(ExampleItem.name).where(ExampleItem.id == item_id)
                name = await self._session.scalar(names)
            if name is None:
                return None
            async with transaction(self._session):
                texts = select(ExampleItem.description).where(ExampleItem.id == item_id)
                description = await self._session.scalar(texts)
            return ExampleItem(id=item_id, name=name, description=description)

    return with_service(Piecing)


@breaks("CON-09", says="GET", databases=("sqlite", "postgresql"))
def listed_one_by_one() -> FastAPI:
    """The list selects the ids, and then every row on its own, which has to be there."""

    class Gathering(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = select(ExampleItem.id).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                ids = (await self._session.scalars(page)).all()
                found = [select(ExampleItem).where(ExampleItem.id == known) for known in ids]
                return [(await self._session.scalars(one)).one() for one in found]

    return with_service(Gathering)
