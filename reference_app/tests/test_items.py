"""The items, through HTTP."""

import pytest
from httpx import AsyncClient

ITEMS = "/api/v1/examples/database-example/"
KETTLE = {"name": "Blue kettle", "description": "Whistles at 96 degrees"}

pytestmark = pytest.mark.asyncio


async def test_a_new_item_is_found_where_the_answer_says(async_client: AsyncClient) -> None:
    """The Location leads to what was sent, with an id."""
    created = await async_client.post(ITEMS, json=KETTLE)
    found = await async_client.get(created.headers["Location"])

    assert created.status_code == 201
    assert KETTLE | {"id": created.json()["id"]} == found.json()


async def test_the_list_is_read_by_pages(async_client: AsyncClient) -> None:
    """Pages are in the order of the ids."""
    for name in ("one", "two", "three"):
        await async_client.post(ITEMS, json={"name": name})

    page = await async_client.get(ITEMS, params={"limit": 2, "offset": 1})

    assert [item["name"] for item in page.json()] == ["two", "three"]


async def test_a_patch_changes_what_is_sent(async_client: AsyncClient) -> None:
    """The other fields stay as they are."""
    created = await async_client.post(ITEMS, json=KETTLE)

    changed = await async_client.patch(created.headers["Location"], json={"name": "Red kettle"})

    assert created.json() | {"name": "Red kettle"} == changed.json()


async def test_a_put_replaces_the_item(async_client: AsyncClient) -> None:
    """A field that is not sent is emptied."""
    created = await async_client.post(ITEMS, json=KETTLE)

    replaced = await async_client.put(created.headers["Location"], json={"name": "Red kettle"})

    assert replaced.json()["description"] is None


async def test_a_deleted_item_is_gone(async_client: AsyncClient) -> None:
    """It is deleted once, and found no more."""
    item = (await async_client.post(ITEMS, json=KETTLE)).headers["Location"]

    answers = [await async_client.delete(item), await async_client.delete(item)]

    assert [answer.status_code for answer in answers] == [204, 404]
    assert (await async_client.get(item)).status_code == 404


async def test_an_invalid_item_is_refused(async_client: AsyncClient) -> None:
    """Nothing of it is stored, and the answer does not repeat it."""
    refused = await async_client.post(ITEMS, json={"name": ""})

    assert refused.status_code == 422
    assert "input" not in refused.json()["detail"][0]
    assert (await async_client.get(ITEMS)).json() == []
