"""Tells what a watch costs: the processor time of tests that are watched, and of others."""

from __future__ import annotations

import statistics
import time

import httpx
import pytest
from shop import get_session, make_app, make_engine, make_tables
from sqlalchemy.ext.asyncio import AsyncSession


CLOCKS = {"processor": time.process_time, "wall": time.perf_counter}
spent: dict[tuple[str, bool], list[float]] = {}
"""The seconds of each test by each clock, of those that are watched and of the others."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Watch every other test: what else goes on in the machine meets both alike."""
    for item in items[::2]:
        item.add_marker(pytest.mark.contract_watch(off="it is compared with those that are"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    is_watched = item.get_closest_marker("contract_watch") is None
    began = {name: clock() for name, clock in CLOCKS.items()}
    result = yield
    for name, clock in CLOCKS.items():
        spent.setdefault((name, is_watched), []).append(clock() - began[name])
    return result


def pytest_unconfigure():
    for name in CLOCKS:
        for pick in (statistics.median, min):
            plain, watched = (pick(spent[name, each][10:]) for each in (False, True))
            print(
                f"{name}, {pick.__name__}: {plain * 1000:.2f} ms, watched {watched * 1000:.2f} ms"
            )
            print(f"    ratio {watched / plain:.3f}")


@pytest.fixture(scope="session")
async def engine(tmp_path_factory):
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    await make_tables(engine)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def app(engine):
    return make_app(engine)


@pytest.fixture
async def session(engine, app):
    async with engine.connect() as connection:
        outer = await connection.begin()
        session = AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        app.dependency_overrides[get_session] = lambda: session
        yield session
        await session.close()
        await outer.rollback()


@pytest.fixture
async def client(app, session):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client
