"""Every answer that is not a success: what it says, what is logged, what is documented."""

import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from .schemas import ErrorOut

logger = logging.getLogger("reference_app")

DETAILS = MappingProxyType(
    {
        400: "There was an error parsing the body",
        404: "There is no such item",
        405: "Method Not Allowed",
        409: "The change contradicts what is stored",
        500: "Internal Server Error",
        503: "The database cannot answer now; try again",
    }
)
# SQLSTATE classes after which the same request may succeed: connection, login, database
# missing, rollback (serialization, deadlock), resources, object in use, operator at work.
PASSING_STATES = frozenset({"08", "28", "3D", "40", "53", "55", "57"})


def refusal(status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """Answer with the fixed words of this status: nothing of the cause reaches the client."""
    return JSONResponse({"detail": DETAILS[status]}, status, headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe these refusals for OpenAPI."""
    return {
        status: {
            "model": ErrorOut,
            "description": DETAILS[status],
            "content": {"application/json": {"example": {"detail": DETAILS[status]}}},
        }
        for status in statuses
    }


async def answer_database_failure(request: Request, failure: Exception) -> Response:
    """Log the operation and the kind of failure (no SQL, no values, no address); answer it."""
    error = failure.__cause__ or failure
    operation = f"{request.method} {request.scope['route'].path}"
    logger.error(
        'database.error operation="%s" error=%s sqlstate=%s',
        operation,
        type(error).__name__,
        sqlstate_of(error),
    )
    status = status_of(error)
    return refusal(status, {"Retry-After": "1"} if status == 503 else None)


def status_of(error: BaseException) -> int:
    """Blame the request (409), the moment (503) or this app (500)."""
    match error:
        case IntegrityError():
            return 409
        case OperationalError() | PoolTimeoutError() | OSError():
            return 503
        case DBAPIError(connection_invalidated=True):
            return 503
    return 503 if sqlstate_of(error)[:2] in PASSING_STATES else 500


def sqlstate_of(error: BaseException) -> str:
    """Give the SQLSTATE that the driver reported, or a dash."""
    driver_error = getattr(error, "orig", None) or error
    return getattr(driver_error, "sqlstate", None) or "-"


async def answer_invalid_request(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 without echoing the input: it may be secret, or impossible to encode."""
    detail = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    return Response(json.dumps({"detail": detail}), 422, media_type="application/json")


async def answer_unexpected(_request: Request, _error: Exception) -> Response:
    """Answer a defect of this app as bare JSON; the server logs the traceback."""
    return refusal(500)


def answer_wrong_method(
    routes: Sequence[BaseRoute],
) -> Callable[[Request, Any], Coroutine[Any, Any, Response]]:
    """Answer 405 with all methods of the path; the framework knows those of one route only."""

    async def answer(request: Request, error: HTTPException) -> Response:
        matching = [r for r in routes if r.matches(request.scope)[0] is not Match.NONE]
        methods = {m for r in matching if isinstance(r, Route) for m in r.methods or ()}
        first_route = (error.headers or {}).get("Allow", "")
        return refusal(405, {"Allow": ", ".join(sorted(methods)) or first_route})

    return answer
