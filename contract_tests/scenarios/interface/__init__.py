"""The interface of a service: observed by a few requests, and compared with the one pinned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...service.service import Service
from .comparing import Compared, KeyDrift, compared
from .observing import observe
from .record import Interface

__all__ = ["Agreement", "Compared", "Interface", "KeyDrift", "compared", "observe"]


@dataclass
class Agreement:
    """A pinned interface and the service that is to uphold it, which is asked when first needed."""

    title: str
    pinned: Interface
    service: Service

    @cached_property
    def observed(self) -> Interface:
        """The interface of the service."""
        return observe(self.service)

    def compared(self, section: str) -> Compared:
        """Compare a section of it with what is pinned."""
        return compared(self.pinned, self.observed, section)
