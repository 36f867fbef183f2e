"""A service that keeps what it has read, and lets go of it in time."""

from __future__ import annotations

from fastapi import FastAPI

from proofs.broken.replacing import with_service
from proofs.caching import CachedItems
from proofs.innocent import innocent


@innocent(looks="Reads do not ask the database again, whatever has been changed meanwhile.")
def clears_what_it_changes() -> FastAPI:
    """A cache of rows that every change clears, and that no read fills which met a change."""

    class Cached(CachedItems):
        pass

    return with_service(Cached)
