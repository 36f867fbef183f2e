"""A run of a test in which one database call fails."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from ..instruments.joined_commits import JoinedFaults
from .disturbed_run import DisturbedRun, Part
from .observation import Observation


class FaultRun(DisturbedRun):
    """Fails the chosen database call: a statement, or a COMMIT of changed rows."""

    kind = "fault"

    def __init__(self, observation: Observation, part: Part | None = None, place: str = "") -> None:
        super().__init__(observation, part, place)
        self._faults = JoinedFaults(self.number, self._applies)

    @property
    def fired(self) -> int:
        """The number of calls that failed: one, or none."""
        return self._faults.fired

    @property
    def what(self) -> str:
        """The call that failed."""
        return self._faults.what

    @property
    def where(self) -> str:
        """The line that made it."""
        return self._faults.where

    def _instrument(self, fixtures: Mapping[str, Any]) -> AbstractContextManager[object]:
        return self._faults

    def _applies(self) -> bool:
        part = self.part_now()
        if part is not None:
            self.seen[part] += 1
        return part is not None and part == self.part
