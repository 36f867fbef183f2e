"""An item whose description is never shown: only the database tells that it was lost."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from proofs.broken import breaks
from proofs.broken.concurrency import whole_row_written_back
from proofs.broken.replacing import routes_of, with_route

SHOWING = ("list_items", "create_item", "get_item", "replace_item", "update_item")


class Nameplate(BaseModel):
    """What is shown of an item."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


def hiding(app: FastAPI) -> FastAPI:
    """Give the app, the description left out of every answer."""
    for name in SHOWING:
        endpoint = next(route.endpoint for route in routes_of(app) if route.name == name)
        shown: Any = list[Nameplate] if name == "list_items" else Nameplate
        with_route(name, endpoint, app, response_model=shown)
    return app


@breaks("CON-01", says="the database holds")
def hidden_field_written_back() -> FastAPI:
    """The PATCH writes back every column it has read, one of which no answer shows."""
    return hiding(whole_row_written_back())
