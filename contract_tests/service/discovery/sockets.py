"""The WebSockets of an app: no document tells of them, its router does."""

from __future__ import annotations

from collections.abc import Iterator

DEEPEST = 8
"""Routers, mounts and middlewares inside each other: more is a circle."""


def socket_paths(app: object) -> tuple[str, ...]:
    """The paths of the WebSockets of an app, with their parameters in braces."""
    return tuple(dict.fromkeys(_paths(app, "", DEEPEST)))


def _paths(node: object, prefix: str, depth: int) -> Iterator[str]:
    """Those of a router, or of the app that a middleware or a mount has inside."""
    routes = getattr(node, "routes", None)
    if not isinstance(routes, list | tuple):
        if depth and (inner := getattr(node, "app", None)) is not None:
            yield from _paths(inner, prefix, depth - 1)
        return
    for route in routes if depth else ():
        yield from _of_route(route, prefix, depth - 1)


def _of_route(route: object, prefix: str, depth: int) -> Iterator[str]:
    # By their names: the kit knows no framework.
    path = str(getattr(route, "path", None) or "")
    if any(kind.__name__ == "WebSocketRoute" for kind in type(route).__mro__):
        yield prefix + path
        return
    included = getattr(route, "original_router", None)
    if included is not None:
        context = getattr(route, "include_context", None)
        yield from _paths(included, prefix + str(getattr(context, "prefix", "")), depth)
    elif not hasattr(route, "methods"):
        yield from _paths(route, prefix + path, depth)
