"""The routes of an app: what no document tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .document import resources_of

DEEPEST = 8
"""Routers, mounts and middlewares inside each other: more is a circle."""

CONVERTER = re.compile(r":[^{}]*}")
Route = tuple[str, object]
"""A path, with its parameters in braces, and what answers there."""


def routed_collections(app: object) -> tuple[str, ...]:
    """The paths of every collection among the routes of an app, the most telling one first.

    Starlette, FastAPI and what is built on them keep `routes`; others have none to be read.
    """
    paths: dict[str, Any] = {}
    for path, route in _routes(app, "", DEEPEST):
        methods = getattr(route, "methods", None) or ()
        paths.setdefault(path, {}).update({str(method).lower(): {} for method in methods})
    return tuple(resource.name for resource in resources_of({"paths": paths}))


def socket_paths(app: object) -> tuple[str, ...]:
    """The paths of the WebSockets of an app."""
    routes = _routes(app, "", DEEPEST)
    return tuple(dict.fromkeys(path for path, route in routes if _is_socket(route)))


def _routes(node: object, prefix: str, depth: int) -> Iterator[Route]:
    """Those of a router, or of the app that a middleware or a mount has inside."""
    routes = getattr(node, "routes", None)
    if not isinstance(routes, list | tuple):
        if depth and (inner := getattr(node, "app", None)) is not None:
            yield from _routes(inner, prefix, depth - 1)
        return
    for route in routes if depth else ():
        yield from _inside(route, prefix, depth - 1)


def _inside(route: object, prefix: str, depth: int) -> Iterator[Route]:
    """The route itself, or those that it holds."""
    path = prefix + str(getattr(route, "path", None) or "")
    # Newer versions of FastAPI keep an included router as one route that shows no paths.
    included = getattr(route, "original_router", None)
    if included is not None:
        context = getattr(route, "include_context", None)
        yield from _routes(included, prefix + str(getattr(context, "prefix", "")), depth)
    elif hasattr(route, "methods") or _is_socket(route):
        yield CONVERTER.sub("}", path), route
    else:
        yield from _routes(route, path, depth)


def _is_socket(route: object) -> bool:
    # By its name: the kit knows no framework.
    return any(kind.__name__ == "WebSocketRoute" for kind in type(route).__mro__)
