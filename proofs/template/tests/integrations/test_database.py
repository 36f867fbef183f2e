"""The async database integration, through HTTP."""

import httpx

ITEMS = "/api/v1/examples/database-example/"


async def test_an_item_that_was_created_is_listed(async_client: httpx.AsyncClient) -> None:
    """The list has what was created."""
    created = await async_client.post(ITEMS, json={"name": "kettle", "description": "blue"})
    assert created.status_code == 201
    listed = await async_client.get(ITEMS)
    assert listed.json() == [created.json()]


async def test_an_item_that_was_created_is_read(async_client: httpx.AsyncClient) -> None:
    """A description may be left out."""
    created = await async_client.post(ITEMS, json={"name": "kettle"})
    read = await async_client.get(f"{ITEMS}{created.json()['id']}")
    assert read.json() == {"id": created.json()["id"], "name": "kettle", "description": None}


async def test_an_item_that_does_not_exist_is_not_found(async_client: httpx.AsyncClient) -> None:
    """Nobody has that id."""
    assert (await async_client.get(f"{ITEMS}999")).status_code == 404
