"""Posts that are put off for a moment every hundred requests, with word of how long."""

from collections.abc import Awaitable, Callable
from itertools import count

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from proofs.innocent import innocent, timestamps

EVERY = 100
"""Requests of which one is put off."""


@innocent(looks="Now and then an ordinary request is answered 503.")
def app() -> FastAPI:
    """Whoever comes during maintenance is told when to come again."""
    made = FastAPI(lifespan=timestamps.lifespan)
    made.include_router(timestamps.router)
    numbers = count(1)

    @made.middleware("http")
    async def put_off(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        if next(numbers) % EVERY == 0:
            return JSONResponse({"detail": "Maintenance"}, 503, {"Retry-After": "0"})
        return await answer(request)

    return made
