"""The parts of a corpus: one operation of the collection, or all others, in one phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...service.resource import ROLES, Role
from . import PHASES, Phase

Subject = Role | Literal["others"]


@dataclass(frozen=True)
class FuzzPart:
    """The cases of one operation of the collection, or of all others, in one phase."""

    subject: Subject
    phase: Phase

    def __str__(self) -> str:
        """The part as it stands in a test's id."""
        return f"{self.subject}-{self.phase}"


SUBJECTS: tuple[Subject, ...] = (*ROLES, "others")
PARTS = tuple(FuzzPart(subject, phase) for subject in SUBJECTS for phase in PHASES)


def parts(*phases: Phase) -> list[FuzzPart]:
    """The parts of these phases."""
    return [part for part in PARTS if part.phase in phases]
