"""Requests with headers of their own, and methods that are no operation of the resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...instruments.exchange import Exchange
from ...service.expectations import with_fields
from ...service.resource import Role
from ...service.service import Service


def with_headers(
    service: Service,
    role: Role,
    headers: Mapping[str, str],
    identifier: object = None,
    body: Any = None,
) -> Exchange:
    """Send the operation in this role with these headers added."""
    message = service.draft_of(role, identifier, body)
    return service.exchange(with_fields(message, tuple(headers.items())))


def by_method(service: Service, method: str, role: Role, identifier: object = None) -> Exchange:
    """Send another method to the place of the operation in this role."""
    return service.exchange(replace(service.draft_of(role, identifier), method=method))
