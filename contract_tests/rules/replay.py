"""The name of one disturbed request, short enough to type: it is found again by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from .violation import UsageError

PARTS = 4


@dataclass(frozen=True)
class Token:
    """An area, the subject it disturbed, the way and the place.

    Written `cancellation:create:scope:7`. A place is a number, or a schedule of letters.
    """

    area: str
    subject: str
    way: str
    place: str

    def __str__(self) -> str:
        """The token as it is typed after `--contract-replay`."""
        return f"{self.area}:{self.subject}:{self.way}:{self.place}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token that was typed. Raises `UsageError` if it is none."""
        parts = text.strip().split(":")
        if len(parts) != PARTS or not all(parts):
            raise UsageError(
                f"--contract-replay {text!r}: a token has four parts, such as "
                f"cancellation:create:scope:7 (copy it from the line that begins with `replay`)"
            )
        return cls(*parts)

    @property
    def number(self) -> int:
        """The place as a number. Raises `UsageError` if it is none."""
        if not self.place.isdecimal():
            raise UsageError(f"--contract-replay {self}: the last part should be a number")
        return int(self.place)
