"""The application: settings in, FastAPI out."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from .database import DatabaseFailure, open_database
from .errors import (
    answer_database_failure,
    answer_invalid_request,
    answer_unexpected,
    answer_wrong_method,
    logger,
)
from .health import health
from .routes import router
from .settings import AppSettings, load_settings


def create_app(settings: AppSettings | None = None) -> FastAPI:
    """Make an application that shares nothing with any other.

    Without settings the environment is read, now. The database is opened by the lifespan.
    """
    app = FastAPI(
        title="Database example",
        version="1.0.0",
        lifespan=_lifespan_of(settings or load_settings()),
        redirect_slashes=False,  # a redirect would trust the Host header
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            405: answer_wrong_method(router.routes),
            RequestValidationError: answer_invalid_request,
            DatabaseFailure: answer_database_failure,
            Exception: answer_unexpected,
        },
    )
    app.include_router(router)
    app.include_router(health)
    return app


def _lifespan_of(
    settings: AppSettings,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_database(settings) as app.state.sessions:
            logger.info("app.startup lifespan=startup")
            try:
                yield
            finally:
                del app.state.sessions

    return lifespan
