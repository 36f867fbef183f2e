"""What a test has started takes its connection when the test is over, and keeps it."""

from __future__ import annotations

import pytest
from shop import kept
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="session")
def careless(engine):
    """A session that nobody ever closes."""
    session = AsyncSession(engine)
    kept.append(session)
    return session


async def test_of_the_careless(careless):
    await careless.execute(text("SELECT 1"))


async def test_after(session):
    await session.execute(text("SELECT 1"))
