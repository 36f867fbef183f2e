"""Invoices behind a bearer token, and a door to get one that stays shut after some bad tries."""

from collections import Counter
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from proofs.innocent import bearer_auth, innocent
from proofs.innocent.textrules import SafeText

MOST = 5
"""Bad passwords after which an account is locked."""

PASSWORD = "correct horse"
LOOKS = "A login is refused with another status from the sixth time on, though nothing changed."
KEY = ("--contract-header", f"Authorization: Bearer {bearer_auth.TOKEN}")
AREAS = ("crud", "openapi", "errors")


class Login(BaseModel):
    username: SafeText = Field(min_length=1, max_length=40)
    password: SafeText = Field(min_length=1, max_length=80)


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


@innocent(looks=LOOKS, arguments=KEY, areas=AREAS)
def locked() -> FastAPI:
    """An account is locked after five bad passwords; requests with a token go on."""
    return locking_with(423)


@innocent(looks=LOOKS, arguments=KEY, areas=AREAS)
def put_off() -> FastAPI:
    """Whoever tries an account a sixth time is put off, and nobody else."""
    return locking_with(429)


def locking_with(status: int) -> FastAPI:
    """Make invoices, and a login that refuses tries of a locked account with a status."""
    made: FastAPI = bearer_auth.app()
    failures: Counter[str] = Counter()
    refusals: dict[int | str, dict[str, Any]] = {
        401: {"description": "No such login"},
        status: {"description": "Locked"},
    }

    @made.post("/token", responses=refusals)
    async def log_in(login: Login) -> Token:
        if failures[login.username] >= MOST:
            raise HTTPException(status, "This account is locked")
        if login.password != PASSWORD:
            failures[login.username] += 1
            raise HTTPException(401, "Wrong name or password")
        return Token(access_token=bearer_auth.TOKEN)

    return made
