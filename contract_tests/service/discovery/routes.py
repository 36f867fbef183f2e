"""Read the collections of an app out of its routes, where no document tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .document import resources_of

CONVERTER = re.compile(r":[^{}]*}")


def routed_collections(app: object) -> tuple[str, ...]:
    """Return the paths of every collection among the routes of an app, the most telling one first.

    Starlette, FastAPI and what is built on them keep `routes`; others have none to be read.
    """
    paths: dict[str, Any] = {}
    for path, methods in _routes(app):
        paths.setdefault(path, {}).update({method.lower(): {} for method in methods})
    return tuple(resource.name for resource in resources_of({"paths": paths}))


def _routes(app: object, prefix: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the path and methods of each route, also of mounted apps and included routers."""
    for route in getattr(app, "routes", None) or ():
        # Newer versions of FastAPI keep an included router as one route that shows no paths.
        router = getattr(route, "original_router", None)
        context = getattr(route, "include_context", None)
        path = prefix + (getattr(route, "path", None) or getattr(context, "prefix", None) or "")
        methods = getattr(route, "methods", None)
        if methods:
            yield CONVERTER.sub("}", path), frozenset(methods)
        else:
            yield from _routes(router or route, path)
