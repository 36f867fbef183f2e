"""Requests that the kit draws do not write to rows that were there before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ...databases.image import ids_in, normalized_id
from ...instruments.conventions import WRITING
from ...rules.violation import NotApplicable, Undecided
from ...service.service import Service
from . import FuzzCase, Phase


class Sparing:
    """Knows the ids of all rows that were there before, and the requests that name one.

    Where nobody else looks into the database, they are those that the first list shows.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._id_field = service.resource.id_field
        self._known = _known(service)
        self._spared: Counter[tuple[str, Phase]] = Counter()

    def spares(self, card: FuzzCase) -> bool:
        """Tell whether a request would write to such a row, and count it then."""
        is_spared = card.request.method in WRITING and any(
            normalized_id(value) in self._known for value in self._named(card.drawn)
        )
        if is_spared:
            self._spared[card.operation, card.phase] += 1
            self._service.spared += 1
        return is_spared

    def count(self, operation: str, phase: Phase) -> int:
        """Give how many requests to an operation were not sent."""
        return self._spared[operation, phase]

    def _named(self, drawn: Mapping[str, object]) -> Iterator[object]:
        """Give what stands in the path, and the id in the body."""
        parameters, body = drawn.get("path_parameters"), drawn.get("body")
        if isinstance(parameters, Mapping):
            yield from parameters.values()
        if isinstance(body, Mapping) and self._id_field in body:
            yield body[self._id_field]


def _known(service: Service) -> frozenset[str]:
    if service.has_back_door:
        return ids_in(service.database.known or {})
    service.restore()  # a row of the kit's own is none of them
    try:
        listed = service.ids(service.list())
    except (Undecided, NotApplicable):
        return frozenset()
    return frozenset(normalized_id(identifier) for identifier in listed)
