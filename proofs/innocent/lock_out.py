"""Invoices behind a bearer token, and a door to get one that stays shut after some bad tries."""

from collections import Counter

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from proofs.innocent import bearer_auth, innocent
from proofs.innocent.textrules import SafeText

MOST = 5
"""Bad passwords after which an account is locked."""

PASSWORD = "correct horse"
SHUT = {401: {"description": "No such login"}, 423: {"description": "Locked"}}


class Login(BaseModel):
    username: SafeText = Field(min_length=1, max_length=40)
    password: SafeText = Field(min_length=1, max_length=80)


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


@innocent(
    looks="A login is refused with another status from the sixth time on, though nothing changed.",
    arguments=("--contract-header", f"Authorization: Bearer {bearer_auth.TOKEN}"),
    areas=("crud", "openapi", "errors"),
)
def app() -> FastAPI:
    """An account is locked after five bad passwords; requests with a token go on."""
    made: FastAPI = bearer_auth.app()
    failures: Counter[str] = Counter()

    @made.post("/token", responses=SHUT)
    async def log_in(login: Login) -> Token:
        if failures[login.username] >= MOST:
            raise HTTPException(423, "This account is locked")
        if login.password != PASSWORD:
            failures[login.username] += 1
            raise HTTPException(401, "Wrong name or password")
        return Token(access_token=bearer_auth.TOKEN)

    return made
