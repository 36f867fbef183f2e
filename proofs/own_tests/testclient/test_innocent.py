from __future__ import annotations

import unittest

import pytest
from desk import Order, make_app
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session


def test_a_request_commits(client):
    assert client.post("/orders").status_code == 201
    assert "tea" in client.get("/orders").json()


def test_factories_and_an_outer_transaction(client, orders):
    orders.create("made")
    assert client.post("/orders").status_code == 201
    assert {"made", "tea"} <= set(client.get("/orders").json())


def test_nested_transactions(outer):
    with Session(outer, join_transaction_mode="create_savepoint") as session:
        with session.begin_nested():
            session.add(Order(item="nested"))
        session.commit()
        assert "nested" in session.scalars(select(Order.item)).all()


def test_a_session_of_the_module_reads(module_session):
    assert module_session.scalar(select(func.count(Order.id))) >= 0


def test_a_session_of_the_module_goes_on(module_session):
    module_session.add(Order(item="of the module"))
    module_session.commit()
    assert module_session.scalar(select(func.count(Order.id))) > 0


def test_one_connection_in_memory(memory):
    with TestClient(make_app(memory)) as client:
        assert client.post("/orders").status_code == 201


def test_an_engine_of_its_own(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/own.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE own (id INTEGER)"))
        connection.execute(text("INSERT INTO own VALUES (1)"))
    engine.dispose()


def test_a_session_that_is_not_closed_but_committed(engine):
    session = Session(engine)
    session.add(Order(item="committed"))
    session.commit()


def test_an_error_of_the_database(engine):
    with Session(engine) as session, pytest.raises(Exception, match="no such table"):
        session.execute(text("SELECT 1 FROM nowhere"))


class TestOfAClass:
    def test_a_method(self, client):
        assert client.post("/orders").status_code == 201


class OfUnittest(unittest.TestCase):
    def test_a_method(self):
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()


class OfAsyncUnittest(unittest.IsolatedAsyncioTestCase):
    async def test_a_method(self):
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
