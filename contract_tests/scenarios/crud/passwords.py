"""Fields that hold a password, and the answers that show one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...generation import samples
from ...instruments.exchange import Exchange
from ...service.discovery.derived_fields import is_digest
from ...service.resource import Resource
from ...service.service import Row, Service

NAMED = re.compile("passw(or)?d|passphrase|passcode", re.IGNORECASE)


def passwords(resource: Resource) -> tuple[str, ...]:
    """The fields of a create that are named or declared a password."""
    document = dict(resource.document)
    return tuple(
        name
        for name, schema in resource.fields().items()
        if NAMED.search(name) or _is_declared(schema, document)
    )


def _is_declared(schema: samples.Schema, document: dict[str, object]) -> bool:
    branches = samples.branches(schema, document)
    return any(b.get("format") == "password" or b.get("writeOnly") for b in branches)


def passwords_shown(
    service: Service, row: Row, answer: Exchange, names: tuple[str, ...]
) -> Iterator[str]:
    """Each of these fields that an answer shows, and as what."""
    shown = service.resource.whole_row(answer.json)
    for name in names:
        sent, value = row.sent.get(name), shown.get(name)
        if isinstance(sent, str) and isinstance(value, str) and sent:
            if sent == value:
                yield f"{name} as it was sent"
            elif is_digest(sent, value):
                yield f"a digest of {name}"
