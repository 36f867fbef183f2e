"""The apps of `broken/errors_answers.py` that a small change mends."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from proofs.mended import mends
from reference_app import create_app
from reference_app.database import DatabaseFailure
from reference_app.errors import refusal, status_of


@mends
def outside_of_the_middleware() -> FastAPI:
    """Each failure has its handler inside of CORSMiddleware."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        return refusal(status_of(error), {"Retry-After": "1"})

    app.add_exception_handler(DatabaseFailure, answer)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    return app
