"""An app on a database in memory, started as a server would start it, and a client of it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from .. import AppSettings, create_app
from ..database import Sessions


@pytest.fixture
def app() -> FastAPI:
    """Make an app of this test alone: it shares nothing, so nothing is to be cleaned up."""
    return create_app(AppSettings(database_url="sqlite+aiosqlite:///:memory:"))


@pytest_asyncio.fixture
async def async_client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Start the app, give a client of it, and stop the app."""
    transport = ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://app") as client,
    ):
        yield client


@pytest_asyncio.fixture
async def sessions(app: FastAPI) -> AsyncIterator[Sessions]:
    """Give the sessions of a started app, as its background workers have them."""
    async with app.router.lifespan_context(app):
        yield app.state.sessions
