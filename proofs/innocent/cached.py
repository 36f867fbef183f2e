"""A service that keeps what it has read, and lets go of it in time."""

from __future__ import annotations

from fastapi import FastAPI

from proofs.broken.replacing import with_service
from proofs.caching import CachedItems, Values
from proofs.innocent import innocent
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


@innocent(
    looks="Reads do not ask the database again, whatever has been changed meanwhile.",
    near=("CRU-07",),
)
def clears_what_it_changes() -> FastAPI:
    """A cache of rows that every change clears, and that no read fills which met a change."""

    class Cached(CachedItems):
        pass

    return with_service(Cached)


@innocent(looks="A row that nobody had deleted by its service is shown for the next of its id.")
def trusts_in_ids() -> FastAPI:
    """A cache that a create does not clear: all that goes is deleted by this service alone."""

    class Trusting(CachedItems):
        async def create(self, values: Values) -> ExampleItem:
            return await ExampleItemService.create(self, values)

    return with_service(Trusting)
