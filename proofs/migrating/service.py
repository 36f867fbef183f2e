"""The service itself: its start-up makes what is missing, as many do beside their migrations."""

from __future__ import annotations

from fastapi import FastAPI

from proofs.innocent import timestamps
from proofs.migrating import models


def service() -> FastAPI:
    """Posts with the time they were made, and a table of tags beside them."""
    assert models.METADATA is timestamps.Base.metadata  # the start-up makes the tags, too
    made = FastAPI(lifespan=timestamps.lifespan)
    made.include_router(timestamps.router)
    return made
