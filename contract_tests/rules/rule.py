"""A rule: an id, a level and the words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The weight of a broken rule in the verdict on a run."""

    REQUIRED = "required"
    """MUST: turns the run red."""

    RECOMMENDED = "recommended"
    """SHOULD: a warning, unless the run asks for more."""

    PREVIEW = "preview"
    """New: shown, and never red."""

    def is_red_at(self, asked: Level) -> bool:
        """Return whether a broken rule of this level fails a run that asked for `asked`."""
        order = (Level.REQUIRED, Level.RECOMMENDED)
        return self in order[: order.index(asked) + 1] if asked in order else self in order


@dataclass(frozen=True)
class Rule:
    """One promise of a service, and the words that explain it.

    The statement has exactly one MUST or SHOULD. `needs` names the capabilities without which
    the promise has no meaning; a service that lacks one gets "not applicable".
    """

    id: str
    level: Level
    statement: str
    rationale: str
    fix: str
    needs: tuple[str, ...] = ()
