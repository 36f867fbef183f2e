"""Points: the places at which the calls of a team's own test are disturbed, each by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, get_args

from .violation import UsageError

Kind = Literal["fault", "cancellation", "interleaving"]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Point:
    """A disturbance of one run: `fault:3`, `cancellation:7`, `interleaving:ABBA`."""

    kind: Kind
    place: str

    def __str__(self) -> str:
        """The point as it is typed after `--contract-point`."""
        return f"{self.kind}:{self.place}"

    @classmethod
    def parse(cls, text: str, where: str) -> Self:
        """The point that was typed. Raises `UsageError` if it is none."""
        word, _, place = text.strip().partition(":")
        kind = next((each for each in KINDS if each == word), None)
        letters = set(place) <= set("AB") if kind == "interleaving" else place.isdecimal()
        if kind is None or not (place and letters):
            raise UsageError(
                f"{where}: {text!r} is no point. Valid: fault:3, cancellation:7, interleaving:AB "
                "(copy it from the line that begins with `replay`)"
            )
        return cls(kind, place)
