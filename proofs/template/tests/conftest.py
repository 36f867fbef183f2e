"""Fixtures of the app's own tests."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.core.settings import get_settings
from app.main import create_app


@pytest_asyncio.fixture
async def async_client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of an app on a database in memory."""
    monkeypatch.setenv("APP_DATABASE_URL", "sqlite+aiosqlite:///:memory:")
    get_settings.cache_clear()
    app = create_app()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client
