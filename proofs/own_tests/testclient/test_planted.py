from __future__ import annotations

import pytest
from desk import Order, kept
from sqlalchemy.orm import Session


def test_before(client):
    assert client.get("/orders").status_code == 200


def test_leak(client):
    assert client.get("/leak").status_code == 200


def test_between(client):
    assert client.get("/orders").status_code == 200


def test_late_commit(client):
    assert client.post("/late").status_code == 201


def test_thread(client):
    assert client.get("/thread").json() == "started"


def test_blocked(client):
    assert client.get("/blocked").status_code == 200


def test_no_rollback(module_session):
    module_session.add(Order(item="left"))
    module_session.flush()


def test_after_no_rollback(module_session):
    module_session.rollback()


@pytest.fixture
def careless(engine):
    session = Session(engine)
    session.add(Order(item="careless"))
    session.flush()
    kept.append(session)
    return session


def test_leak_of_a_fixture(careless):
    careless.expunge_all()


def test_after(client):
    assert client.get("/orders").status_code == 200
