"""The rows of the kit in a service whose database it cannot reach: the service deletes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..instruments.exchange import Exchange

if TYPE_CHECKING:
    from .service import Service


class CreatedRows:
    """Remembers the POSTs that succeeded, and has the rows that they made deleted.

    `left` counts the rows that no DELETE took away.
    """

    def __init__(self) -> None:
        self.left = 0
        self._made: list[Exchange] = []

    def note(self, exchange: Exchange) -> None:
        """Remember an exchange if it may have made a row."""
        if exchange.request.method == "POST" and not (exchange.refused or exchange.failed):
            self._made.append(exchange)

    def delete(self, service: Service) -> None:
        """Have each row deleted that a create of the kit told of, and count those that stay."""
        made, self._made = self._made, []
        collection = _path(service.operation("create").target()) if made else ""
        for exchange in made:
            if exchange.ok and _path(exchange.request.target) == collection:
                self.left += not _is_deleted(service, service.id_of(exchange))


def _path(target: str) -> str:
    return target.partition("?")[0]


def _is_deleted(service: Service, identifier: object) -> bool:
    if identifier is None or not service.resource.offers("delete"):
        return False
    answer = service.delete(identifier)
    return answer.ok or answer.is_absent
