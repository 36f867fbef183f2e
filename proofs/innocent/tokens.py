"""The reference app with an operation that takes tokens, which only its mails tell."""

from __future__ import annotations

from typing import Annotated, NoReturn

from fastapi import Body, FastAPI, HTTPException
from pydantic import BaseModel

from proofs.innocent import innocent
from reference_app import create_app
from reference_app.errors import documented


class Confirmation(BaseModel):
    confirmed: bool


@innocent(looks="no valid request is ever accepted")
def confirming() -> FastAPI:
    """A token that was never sent by mail is refused with 400."""
    app = create_app()

    async def confirm(token: Annotated[str, Body(embed=True, max_length=80)]) -> NoReturn:
        raise HTTPException(400, "this token was sent to nobody")

    app.add_api_route(
        "/confirm",
        confirm,
        methods=["POST"],
        response_model=Confirmation,
        responses=documented(400),
    )
    return app
