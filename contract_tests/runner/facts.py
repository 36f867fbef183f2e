"""Facts that a run found out about its service, for headers and reports."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .options import Options

if TYPE_CHECKING:
    from ..service.service import Service

LIBRARIES = ("fastapi", "starlette", "litestar", "quart", "sanic", "falcon", "blacksheep",
             "pydantic", "sqlalchemy", "sqlmodel", "aiosqlite", "asyncpg", "psycopg", "aiomysql",
             "asyncmy")  # fmt: skip

EXISTING = "existing, used with permission; rows are put back at the end"


def facts_of(service: Service, options: Options) -> dict[str, Any]:
    """The service, its database and its capabilities, as JSON."""
    from ..service.capabilities import held
    from ..service.discovery import summary

    database = service.database
    return {
        "service": {
            "app": options.app,
            "resource": service.resource.name,
            "found": service.resource.found,
            "lines": list(summary(service.resource)),
            "python": platform.python_version(),
            "libraries": {} if service.is_live else dict(_versions()),
        },
        "database": {
            "name": database.name,
            "version": service.origin.server.version,
            "driver": database.url.drivername,
            "owned": database.owned,
            "seen": service.is_seen,
        },
        "capabilities": held(service),
    }


def _versions() -> Iterator[tuple[str, str]]:
    """The libraries that are loaded, and their versions."""
    for name in LIBRARIES:
        if name not in sys.modules:
            continue
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def fact_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """The facts as lines of a header."""
    if not facts:
        return
    service, database = facts["service"], facts["database"]
    libraries = ", ".join(f"{name} {number}" for name, number in service["libraries"].items())
    made = "made for this run" if database["owned"] else EXISTING
    if database["seen"]:
        yield f"contract of {service['app']} on {database['name']}"
        yield f"  database  {database['name']} {database['version']}, {database['driver']}, {made}"
    else:
        yield f"contract of {service['app']}"
        yield "  database  seen by the service alone"
    yield from (f"  {line}" for line in service["lines"])
    if libraries:
        yield f"  with      Python {service['python']}, {libraries}"
