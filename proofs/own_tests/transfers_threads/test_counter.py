from __future__ import annotations

import unittest

import pytest
from counter import make_app, move, read_balances
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from contract_tests import (
    commit_refused,
    disturbed,
    every_cancellation,
    every_fault,
    every_interleaving,
)

AMOUNT = {"to": 2, "amount": 5}


@every_fault
@every_cancellation
def test_transfer(client):
    before = client.get("/balances").json()
    response = client.post("/transfer", json=AMOUNT)
    assert response.status_code in {200, 499, 500}
    assert client.get("/balances").json() in (before, [95, 5])


@every_fault
def test_halves(client):
    client.post("/halves", json=AMOUNT)
    assert sum(client.get("/balances").json()) == 100


class TestService:
    @every_fault
    def test_service(self, engine):
        with Session(engine) as session:
            with disturbed():
                move(session, 1, -5)
                move(session, 2, 5)
                session.commit()
            session.rollback()
            assert sum(read_balances(session)) == 100

    @every_fault
    def test_service_in_halves(self, engine):
        with Session(engine) as session:
            with disturbed():
                move(session, 1, -5)
                session.commit()
                move(session, 2, 5)
                session.commit()
            session.rollback()
            assert sum(read_balances(session)) == 100


@every_cancellation
def test_nothing_waits(engine):
    with Session(engine) as session, disturbed():
        read_balances(session)


def test_refused(client):
    with commit_refused(), pytest.raises(Exception, match="disk I/O"):
        client.post("/transfer", json=AMOUNT)
    assert client.get("/balances").json() == [100, 0]


class TestOfUnittest(unittest.TestCase):
    @every_fault
    def test_nothing(self):
        assert self


def another(client):
    client.post("/transfer", json=AMOUNT)


@every_interleaving(another)
def test_in_every_order(client):
    client.post("/transfer", json=AMOUNT)
    assert client.get("/balances").json() == [90, 10]


@every_interleaving(another)
def test_halves_in_every_order(client):
    client.post("/halves", json=AMOUNT)
    assert client.get("/balances").json() == [90, 10]


@every_interleaving(another)
def test_of_a_client_that_is_not_entered(engine, client):
    TestClient(make_app(engine)).post("/transfer", json=AMOUNT)
    assert client.get("/balances").json() == [90, 10]


@every_interleaving(another)
def test_lost_update_in_every_order(client):
    client.post("/lost-update", json=AMOUNT)
    assert client.get("/balances").json() == [90, 10]
