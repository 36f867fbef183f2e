"""Ways to replace the lifespan of the reference app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from reference_app import create_app
from reference_app.engines import init_database
from reference_app.settings import load_settings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[object]]
Wrapper = Callable[[FastAPI, AbstractAsyncContextManager[object]], AsyncIterator[None]]
Prepare = Callable[[AsyncEngine], Awaitable[object]]


def around(wrapper: Wrapper, app: FastAPI | None = None) -> FastAPI:
    """The app (the reference app), its lifespan given to `wrapper` to enter where it likes."""
    app = app or create_app()
    usual: Lifespan = app.router.lifespan_context
    wrapped = asynccontextmanager(wrapper)
    app.router.lifespan_context = lambda app: wrapped(app, usual(app))
    return app


def opening(prepare: Prepare, *, disposes: bool = True) -> FastAPI:
    """The reference app, its schema made by `prepare`."""

    async def wrapper(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        engine = init_database(load_settings())
        try:
            await prepare(engine)
            app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
            yield
        finally:
            if disposes:
                await engine.dispose()

    return around(wrapper)
