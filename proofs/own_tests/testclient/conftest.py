"""A client for each module, in memory; factories; a transaction around each test that asks."""

from __future__ import annotations

import pytest
from desk import Base, Order, get_session, make_app
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import StaticPool

registry = scoped_session(sessionmaker())


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    engine = create_engine(
        f"sqlite:///{folder}/desk.db", connect_args={"check_same_thread": False, "timeout": 1}
    )
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def app(engine):
    return make_app(engine)


@pytest.fixture(scope="module")
def client(app):
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="module")
def module_session(engine):
    """A session for the whole module, which takes its connection when it is first asked."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def outer(engine, app):
    """A transaction around the test, for the app and for the factories."""
    with engine.connect() as connection:
        transaction = connection.begin()
        registry.configure(bind=connection, join_transaction_mode="create_savepoint")
        app.dependency_overrides[get_session] = lambda: registry()  # noqa: PLW0108 - FastAPI reads its signature
        yield connection
        app.dependency_overrides.clear()
        registry.remove()
        transaction.rollback()


class OrderFactory:
    """Makes orders as factory_boy does: by a registry of sessions."""

    @classmethod
    def create(cls, item: str = "made") -> Order:
        order = Order(item=item)
        registry.add(order)
        registry.commit()
        return order


@pytest.fixture
def orders(outer):
    return OrderFactory


@pytest.fixture
def memory():
    """One connection in memory, which all of a test share."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
