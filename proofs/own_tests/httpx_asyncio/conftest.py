"""An engine per test, and a client of the app."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from shop import get_session, make_app, make_engine, make_tables
from sqlalchemy.ext.asyncio import AsyncSession


@pytest.fixture
async def engine(tmp_path):
    """An engine of its own for each test."""
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    await make_tables(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def app(engine):
    """The app on that engine."""
    return make_app(engine)


@pytest.fixture
async def client(app):
    """A client of the app."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.fixture
async def session(engine, app):
    """A session in a transaction around the test, which the app is given instead of its own."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        session = AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        app.dependency_overrides[get_session] = lambda: session
        yield session
        await session.close()
        await outer.rollback()


class Answering(BaseHTTPRequestHandler):
    """Another service."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answered")

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def server():
    """The address of another service."""
    with HTTPServer(("127.0.0.1", 0), Answering) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}/"
        made.shutdown()
        thread.join()
