"""Capabilities of a service and a database: the only thing a rule may ask about."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from .access import NO_PROCESS
from .resource import Role
from .service import Service

Question = Callable[[Service], bool]
Reason = str | Callable[[Service], str]


def _offers(role: Role) -> tuple[Question, str]:
    return lambda service: service.resource.offers(role), f"the service offers no {role}"


def unseen_drivers(service: Service) -> str:
    """Name the drivers by which the service itself connects, past SQLAlchemy; empty if none."""
    confined = service.process.transport.confined if service.has_process else None
    # `+` leaves out the drivers of which a pool has taken every connection.
    return ", ".join(sorted(+confined.unpooled)) if confined else ""


def unseen(service: Service) -> str:
    """Say why the connections of the service are not observed."""
    return f"connections are made by {unseen_drivers(service)} itself, which is not observed"


CAPABILITIES: dict[str, tuple[Question, Reason]] = {
    **{role: _offers(role) for role in get_args(Role)},
    "look": (
        lambda s: s.resource.offers("read") or s.resource.offers("list"),
        "the service offers neither a read nor a list",
    ),
    "change": (
        lambda s: s.resource.offers("replace") or s.resource.offers("update"),
        "the service offers neither PUT nor PATCH",
    ),
    "inside-view": (
        lambda s: s.has_process,
        NO_PROCESS,
    ),
    "engine-view": (
        lambda s: s.has_process and (s.recorder.has_served or not unseen_drivers(s)),
        lambda s: unseen(s) if s.has_process else NO_PROCESS,
    ),
    "outside-view": (
        lambda s: s.has_back_door and "outside-view" in s.database.capabilities,
        "nobody but the service can look into this database",
    ),
    "network": (
        lambda s: s.has_back_door and "network" in s.database.capabilities,
        "this database is not reached over a network",
    ),
    "async-engine": (
        lambda s: s.has_process and s.recorder.is_async,
        "the database is called in threads, which cannot be cancelled",
    ),
    "led": (
        lambda s: s.has_process and not unseen_drivers(s),
        lambda s: (
            f"{unseen_drivers(s)} itself makes connections, which cannot be led to another address"
            if s.has_process
            else NO_PROCESS
        ),
    ),
    "document": (lambda s: bool(s.resource.document), "the service has no OpenAPI document"),
    "pinned": (
        lambda s: s.is_pinned,
        "no interface is pinned: `contract-tests pin` writes one",
    ),
    "factory": (
        lambda s: s.has_process and s.process.origin.is_factory,
        "the app is the one object of its module: name its factory instead, if there is one",
    ),
    "migrations": (
        lambda s: s.has_process and s.process.origin.migrations is not None,
        "neither the project nor --contract-migrations has settings of Alembic that is installed",
    ),
    "paging": (
        lambda s: bool(s.resource.paging.size and s.resource.paging.moves),
        "the list declares no paging parameters",
    ),
    "integer-id": (lambda s: s.resource.id_kind == "integer", "ids are not integers"),
}
"""Each capability: how it is asked about, and what to say when it is missing."""


def missing(service: Service, needs: tuple[str, ...]) -> str | None:
    """Return why a rule with these needs does not apply, or None if it does."""
    for need in needs:
        is_held, reason = CAPABILITIES[need]
        if not is_held(service):
            return reason if isinstance(reason, str) else reason(service)
    return None


def held(service: Service) -> list[str]:
    """The capabilities that this service on this database has."""
    return [name for name, (is_held, _) in CAPABILITIES.items() if is_held(service)]
