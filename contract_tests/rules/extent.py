"""The part of a space that was seen, as a record: places of a sweep, orders, requests, programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Unit = Literal["places", "orders", "requests", "programs"]


@dataclass(frozen=True)
class Extent:
    """The number of places, orders, requests or programs that were seen, and of all there are.

    Where a service has to be asked for their number, `whole` is the largest it can be.
    """

    unit: Unit
    seen: int
    whole: int

    def __str__(self) -> str:
        """The extent in words."""
        return f"{self.seen} of {self.whole} {self.unit}"

    @property
    def is_whole(self) -> bool:
        """Return whether nothing was left out."""
        return self.seen >= self.whole


def added_up(extents: Iterable[Extent]) -> tuple[Extent, ...]:
    """Add up the extents of each unit."""
    sums: dict[Unit, Extent] = {}
    for one in extents:
        known = sums.get(one.unit, Extent(one.unit, 0, 0))
        sums[one.unit] = Extent(one.unit, known.seen + one.seen, known.whole + one.whole)
    return tuple(sums.values())
