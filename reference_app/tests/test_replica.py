"""A read replica: here a copy that has another item, as if it were far behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from .. import AppSettings
from ..database import open_database, transaction
from ..service import ExampleItemService
from .test_items import KETTLE

pytestmark = pytest.mark.asyncio


def settings(folder: Path, replica: str) -> AppSettings:
    """Choose a primary and a replica, both in files."""
    url = f"sqlite+aiosqlite:///{folder}"
    return AppSettings(
        database_url=f"{url}/primary.db", database_read_replica_url=f"{url}/{replica}"
    )


@pytest_asyncio.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    """Give a session of an empty primary whose replica has an old item."""
    behind = AppSettings(database_url=f"sqlite+aiosqlite:///{tmp_path}/behind.db")
    async with open_database(behind) as sessions, sessions() as session:
        await ExampleItemService(session).create({"name": "old"})
    async with open_database(settings(tmp_path, "behind.db")) as sessions, sessions() as session:
        yield session


async def test_lists_are_read_from_the_replica(session: AsyncSession) -> None:
    """They may lack what it has not yet."""
    items = ExampleItemService(session)
    await items.create(KETTLE)

    assert [item.name for item in await items.list(limit=9, offset=0)] == ["old"]


async def test_who_has_written_reads_what_was_written(session: AsyncSession) -> None:
    """An item is read from the primary."""
    items = ExampleItemService(session)
    written = await items.create(KETTLE)
    session.expunge(written)

    read = await items.get(written.id)

    assert read is not None
    assert read.name == written.name


async def test_a_transaction_reads_the_primary(session: AsyncSession) -> None:
    """What it reads may lead to what it writes."""
    items = ExampleItemService(session)
    await items.create(KETTLE)

    async with transaction(session):
        found = await items.list(limit=9, offset=0)

    assert [item.name for item in found] == ["Blue kettle"]


async def test_a_replica_that_is_down_is_not_missed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The primary answers instead, and operators are told."""
    down = settings(tmp_path, "no-such-folder/replica.db")
    async with open_database(down) as sessions, sessions() as session:
        items = ExampleItemService(session)
        await items.create(KETTLE)
        found = await items.list(limit=9, offset=0)

    assert len(found) == 1
    assert caplog.messages == ["database.replica error=OperationalError"]
