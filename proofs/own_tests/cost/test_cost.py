from __future__ import annotations

import pytest


@pytest.mark.parametrize("number", range(300))
async def test_an_order(client, number):
    assert (await client.post("/orders", params={"item": f"tea {number}"})).status_code == 201
    assert (await client.get("/orders")).json() == [f"tea {number}"]
