"""Ways to replace one collaborator of the reference app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Route

from reference_app import create_app
from reference_app.database import get_async_session
from reference_app.routes import get_service
from reference_app.service import ExampleItemService

PREFIX = "/api/v1/examples/database-example"
Sessions = Callable[..., Any]


def with_sessions(dependency: Sessions) -> FastAPI:
    """The reference app, its sessions given by another dependency."""
    app = create_app()
    app.dependency_overrides[get_async_session] = dependency
    return app


def with_service(service: type[ExampleItemService]) -> FastAPI:
    """The reference app, its items acted upon by another service."""
    app = create_app()

    def replaced(session: AsyncSession = Depends(get_async_session)) -> ExampleItemService:
        return service(session)

    app.dependency_overrides[get_service] = replaced
    return app


def with_route(
    name: str, endpoint: Callable[..., Any], app: FastAPI | None = None, **options: Any
) -> FastAPI:
    """The reference app (or `app`), the route called `name` answered by another endpoint.

    Path, method, status and documented answers stay as they were unless `options` say otherwise.
    """
    app = app or create_app()
    old = next(r for r in routes_of(app) if r.name == name)
    remove(app, name)
    kept: dict[str, Any] = {
        "methods": sorted(old.methods or ()),
        "status_code": old.status_code,
        "responses": old.responses,
        "name": name,
    }
    app.add_api_route(old.path, endpoint, **(kept | options))
    return app


def routes_of(app: FastAPI) -> list[APIRoute]:
    """The app's own routes, those of the routers it includes among them."""
    own: list[APIRoute] = []
    for route in app.routes:
        # Newer frameworks keep an included router whole, where older ones copied its routes.
        included = getattr(route, "original_router", None)
        own += [r for r in getattr(included, "routes", [route]) if isinstance(r, APIRoute)]
    return own


def remove(app: FastAPI, name: str) -> None:
    """Take every route of this name away, from this app and no other."""
    remaining = APIRouter()
    remaining.routes += [route for route in routes_of(app) if route.name != name]
    app.router.routes[:] = [route for route in app.routes if type(route) is Route]
    app.include_router(remaining)
