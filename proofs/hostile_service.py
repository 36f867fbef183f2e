"""A service that answers and stores what could break out of a report."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from proofs.broken.replacing import with_route

SAID = "</script><script>alert(1)</script><a href='javascript:alert(1)'>x</a></details>"


def hostile() -> FastAPI:
    """The reference app, whose list fails in words that are markup."""

    async def list_items() -> JSONResponse:
        return JSONResponse({"detail": SAID}, status_code=500)

    return with_route("list_items", list_items)
