"""Apps whose failures a page of another origin cannot read."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.exc import DBAPIError

from proofs.broken import breaks
from reference_app import create_app
from reference_app.database import DatabaseFailure
from reference_app.errors import refusal, status_of


@breaks("ERR-10", says="without it")
def outside_of_the_middleware() -> FastAPI:
    """A statement that fails is left to the handler of all failures, outside of CORSMiddleware."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        if isinstance(error, DBAPIError) and error.statement is not None:
            raise failure
        return refusal(status_of(error), {"Retry-After": "1"})

    app.add_exception_handler(DatabaseFailure, answer)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    return app
