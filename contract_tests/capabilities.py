"""What a service and a database can do: the only thing a rule may ask about."""

from __future__ import annotations

from . import samples
from .resource import ROLES, Resource
from .service import Service


def missing(service: Service, needs: tuple[str, ...]) -> str | None:
    """Why a rule with these needs does not apply, or None if it does."""
    for need in needs:
        reason = _reason(service, need)
        if reason:
            return reason
    return None


def _reason(service: Service, need: str) -> str | None:
    resource = service.resource
    if need in ROLES:
        return None if need in resource.operations else f"the service offers no {need}"
    held, reason = {
        "change": (bool(resource.operations.keys() & {"replace", "update"}),
                   "the service offers neither PUT nor PATCH"),
        "outside-view": ("outside-view" in service.database.capabilities,
                         f"nobody but the service can look into {service.database.name}"),
        "network": ("network" in service.database.capabilities,
                    f"{service.database.name} is not reached over a network"),
        "document": (bool(resource.document), "the service has no OpenAPI document"),
        "factory": (service.origin.is_factory, "the app is one object of its module, not a factory's"),
        "paging": (bool(resource.paging.size and (resource.paging.offset or resource.paging.page)),
                   "the list declares no paging parameters"),
        "text": (bool(text_field(resource)), "no field of the resource is free text"),
        "integer-id": (resource.id_kind == "integer", "ids are not integers"),
    }[need]  # fmt: skip
    return None if held else reason


def text_field(resource: Resource) -> str | None:
    """A field that takes free text and is shown again, the required one first."""
    document = dict(resource.document)
    fields = samples.text_fields(resource.schema(), document)
    shown = resource.shown()
    usable = [name for name in fields if not shown or name in shown]
    needed = samples.required(resource.schema(), document)
    return next((name for name in usable if name in needed), usable[0] if usable else None)
