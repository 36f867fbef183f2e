"""The reference app, whose failures and names hold what could break out of a report."""

from __future__ import annotations

from fastapi import FastAPI, Response

from proofs.reported_run import HOSTILE
from reference_app import create_app


def hostile() -> FastAPI:
    """Make an app that cannot create a row, and says so in hostile words."""
    app = create_app()

    @app.middleware("http")
    async def refuse(request, call_next):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if request.method != "POST":
            return await call_next(request)
        body = HOSTILE.encode("utf-8", "surrogatepass")
        return Response(body, 500, {"content-type": "text/plain"})

    app.title = HOSTILE
    return app
