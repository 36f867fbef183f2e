"""Apps whose tables lack what searches them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import Column, ForeignKey, MetaData, Select, String, Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from proofs.broken import breaks
from proofs.broken.crud_lists import Listing
from proofs.broken.replacing import with_service
from proofs.broken.starting import opening
from proofs.innocent.starting import make_tables
from reference_app.models import ExampleItem


@breaks("SCH-09", says="none for item_tags.item_id", databases=("sqlite", "postgresql"))
def foreign_key_without_an_index() -> FastAPI:
    """Items have tags, which name their item by a column without an index."""
    metadata = MetaData()
    items = ExampleItem.metadata.tables["example_items"].to_metadata(metadata)
    Table(
        "item_tags",
        metadata,
        Column("tag", String(50), primary_key=True),
        Column("item_id", ForeignKey(items.c.id), nullable=False),
    )

    async def prepare(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, metadata)

    return opening(prepare)


@breaks("SCH-10", says="none for example_items.name")
def sorted_by_a_bare_column() -> FastAPI:
    """The list is in the order of the names, which no index has."""

    class ByName(Listing):
        def page(self, limit: int, offset: int) -> Select[Any]:
            by_name = select(ExampleItem).order_by(ExampleItem.name, ExampleItem.id)
            return by_name.limit(limit).offset(offset)

    return with_service(ByName)
