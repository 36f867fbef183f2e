"""A suite as teams write it by hand: every operation, its refusals, and what is stored afterwards.

`PEERS_APP` names the app; pytest does not collect this file unless it is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from proofs.peers import made

PATH = "/api/v1/examples/database-example/"
NEW = {"name": "a lamp", "description": "for the desk"}


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of the app, on a database of its own."""
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/items.db")
    with TestClient(made(os.environ["PEERS_APP"])) as client:
        yield client


@pytest.fixture
def item(client: TestClient) -> str:
    """The address of an item that is stored."""
    return f"{PATH}{client.post(PATH, json=NEW).json()['id']}"


def test_create(client: TestClient) -> None:
    """The answer has the item and its id."""
    answer = client.post(PATH, json=NEW)
    assert answer.status_code == 201
    assert answer.json().items() >= NEW.items()


def test_created_item_is_read(client: TestClient, item: str) -> None:
    """At once, with what was sent."""
    answer = client.get(item)
    assert answer.status_code == 200
    assert answer.json().items() >= NEW.items()


def test_created_item_is_listed(client: TestClient, item: str) -> None:
    """Among others."""
    client.post(PATH, json={"name": "a chair"})
    assert [each["name"] for each in client.get(PATH).json()] == ["a lamp", "a chair"]


def test_page(client: TestClient) -> None:
    """Of two items, after the first."""
    for number in range(4):
        client.post(PATH, json={"name": f"item {number}"})
    page = client.get(PATH, params={"limit": 2, "offset": 1}).json()
    assert [each["name"] for each in page] == ["item 1", "item 2"]


def test_replace(client: TestClient, item: str) -> None:
    """All fields are new."""
    assert client.put(item, json={"name": "a table"}).status_code == 200
    assert client.get(item).json().items() >= {"name": "a table", "description": None}.items()


def test_change(client: TestClient, item: str) -> None:
    """The other field stays."""
    assert client.patch(item, json={"name": "a table"}).status_code == 200
    assert client.get(item).json().items() >= (NEW | {"name": "a table"}).items()


def test_clear(client: TestClient, item: str) -> None:
    """A null takes the description away."""
    assert client.patch(item, json={"description": None}).status_code == 200
    assert client.get(item).json()["description"] is None


def test_delete(client: TestClient, item: str) -> None:
    """The item is gone from its address and the list."""
    assert client.delete(item).status_code == 204
    assert client.get(item).status_code == 404
    assert client.get(PATH).json() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_missing(client: TestClient, method: str) -> None:
    """An item that is not there is 404."""
    sent = {"json": NEW} if method.startswith("P") else {}
    assert client.request(method, f"{PATH}4711", **sent).status_code == 404


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": 3}, []])
def test_invalid(client: TestClient, body: object) -> None:
    """An invalid body is 422, and stores nothing."""
    assert client.post(PATH, json=body).status_code == 422
    assert client.get(PATH).json() == []
