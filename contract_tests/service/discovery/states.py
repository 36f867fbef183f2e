"""Learn that a change has to tell which state of the row it is about."""

from __future__ import annotations

from dataclasses import replace

from ...instruments.exchange import Exchange
from ..expectations import ABOUT_A_STATE
from ..resource import CHANGING, Resource, Role
from ..service import Service

PRECONDITION = (412, 428)
CONFLICT = (409, *PRECONDITION)


def asking_for_states(service: Service, created: Exchange) -> Resource:
    """Return the resource with what its changes, or else its delete, have to tell of a row.

    A change of the row that was `created` is sent first, as it is. One that is refused, and
    accepted with the tag of the row, needs the tag. One that is accepted with fields that the
    service makes and shows needs these.
    """
    resource = service.resource
    role = next((r for r in ABOUT_A_STATE if resource.offers(r)), None)
    if role is None or not resource.offers("create", "read"):
        return resource
    plain = _sent(service, role, created)
    if plain is None or plain.status not in CONFLICT:
        return resource
    fields = resource.fields(role).keys() if role in CHANGING else frozenset()
    made = frozenset((fields & resource.shown()) - resource.fields().keys() - {resource.id_field})
    is_tag = plain.status in PRECONDITION
    for tag, names in ((True, frozenset()), (False, made), (True, made)):
        asked = replace(resource, asks_for_tag=tag, sent_back=names)
        if (names or is_tag) and asked != resource and _is_accepted(service.on(asked), role):
            return asked
    return resource


def _is_accepted(service: Service, role: Role) -> bool:
    exchange = _sent(service, role, service.create())
    return exchange is not None and exchange.ok


def _sent(service: Service, role: Role, created: Exchange) -> Exchange | None:
    """Send a valid request of this role on the row of a create; None if it made none."""
    identifier = service.id_of(created) if created.ok else None
    if identifier is None:
        return None
    body, name = service.body(role=role) if role in CHANGING else None, service.resource.id_field
    whole = body | {name: identifier} if body and name in body else body
    return service.request(role, identifier, body=whole)
