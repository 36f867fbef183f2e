"""Facts that a run found out about its service, for headers and reports."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..databases import registry
from ..rules.switch import METHODS
from .copies.edits import edited_rules
from .options import Options
from .pinned import title_of

if TYPE_CHECKING:
    from ..scenarios.interface.record import Interface
    from ..service.backdoor import BackDoor
    from ..service.resource import Resource
    from ..service.service import Service

KIT = Path(__file__).resolve().parent.parent

LIBRARIES = (
    "fastapi",
    "starlette",
    "litestar",
    "quart",
    "sanic",
    "falcon",
    "blacksheep",
    "pydantic",
    "sqlalchemy",
    "sqlmodel",
)

UNSEEN = {"name": "unseen", "version": "", "driver": "unseen", "owned": False, "seen": False}
"""The facts about a database whose address nobody has told the kit."""


def facts_of(service: Service, options: Options, pinned: Interface | None) -> dict[str, Any]:
    """The service, its database, its capabilities, what is pinned, what is edited, as JSON."""
    from ..service.capabilities import held

    edited = edited_rules(KIT)
    return {
        **({"edited": edited} if edited else {}),
        "service": {
            "app": options.app,
            "file": _file(options.app) if service.has_process else "",
            "python": platform.python_version(),
            "libraries": dict(_versions()) if service.has_process else {},
            "unseen": _unseen(service),
        },
        "resource": _resource(service.resource),
        "database": _database(service.door) if service.has_back_door else UNSEEN,
        "capabilities": held(service),
        "interface": title_of(options.pinned, pinned) if pinned and options.pinned else "",
        **({"edition": str(options.edition)} if options.edition else {}),
    }


def operations_of(service: Service) -> Iterator[str]:
    """Give every operation that the service is known to have, as `POST /orders`."""
    yield from map(str, service.resource.operations.values())
    for path, item in service.resource.document.get("paths", {}).items():
        yield from (f"{verb} {path}" for word in item if (verb := word.upper()) in METHODS)


def _file(app: str) -> str:
    """Give the path of the module that has the app."""
    from ..instruments.attribution import path_from_root

    file = getattr(sys.modules.get(app.partition(":")[0]), "__file__", None)
    return path_from_root(file) if file else ""


def _unseen(service: Service) -> str:
    """Say why connections of a service in this process are not observed; empty if they are."""
    from ..service.capabilities import missing

    return missing(service, ("engine-view",)) or "" if service.has_process else ""


def _database(door: BackDoor) -> dict[str, Any]:
    """Give the database as the back door knows it."""
    database = door.database
    return {
        "name": database.name,
        "version": door.version,
        "driver": database.url.drivername,
        "owned": database.owned,
        "seen": True,
    }


def _resource(resource: Resource) -> dict[str, Any]:
    """Give the collection as it was found."""
    return {
        "name": resource.name,
        "found": resource.found,
        "operations": [
            {"role": role, "method": operation.method, "success": list(operation.success)}
            for role, operation in resource.operations.items()
        ],
        "envelope": list(resource.envelope),
        "id": resource.id_field,
        "id_kind": resource.id_schema.get("format") or resource.id_kind,
        "paging": list(resource.paging.names),
        "derived": sorted(resource.derived),
        "left_out": sorted(resource.left_out),
    }


def _versions() -> Iterator[tuple[str, str]]:
    """The libraries that are loaded, and their versions."""
    for name in (*LIBRARIES, *registry.libraries()):
        # The kit's environment may hold libraries that the app does not use.
        if name not in sys.modules:
            continue
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
