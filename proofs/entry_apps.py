"""Apps behind a bearer token that ends: after some requests, or with a logout."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from proofs.innocent import bearer_auth

LIFETIME = 20
"""Requests after which a token has ended."""

REVOKED: list[str] = []

Answer = Callable[[Request], Awaitable[Response]]


def expiring() -> FastAPI:
    """Invoices whose token ends after some requests."""
    made: FastAPI = bearer_auth.app()
    numbers = count()

    @made.middleware("http")
    async def expire(request: Request, answer: Answer) -> Response:
        is_over = next(numbers) > LIFETIME
        return JSONResponse({"detail": "Expired"}, 401) if is_over else await answer(request)

    return made


def revoking() -> FastAPI:
    """Invoices whose token a logout ends, as long as the app lives."""
    return revoking_in([])


def revoking_for_good() -> FastAPI:
    """Invoices whose token a logout ends, also for the next app."""
    return revoking_in(REVOKED)


def revoking_in(revoked: list[str]) -> FastAPI:
    """Invoices, and a list of the tokens that have ended."""
    made: FastAPI = bearer_auth.app()

    @made.middleware("http")
    async def let_in(request: Request, answer: Answer) -> Response:
        return JSONResponse({"detail": "Revoked"}, 401) if revoked else await answer(request)

    @made.post("/logout", status_code=204)
    async def log_out() -> None:
        revoked.append(bearer_auth.TOKEN)

    return made
