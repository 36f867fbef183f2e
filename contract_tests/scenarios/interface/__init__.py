"""The interface of a service: observed by a few requests, and compared with the one pinned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...service.service import Service
from .comparing import KeyDrift, SectionComparison, compare_section
from .observing import observe_interface
from .record import Interface

__all__ = ["Agreement", "Interface", "KeyDrift", "compare_section", "observe_interface"]


@dataclass
class Agreement:
    """A pinned interface and the service that is to uphold it, which is asked when first needed."""

    title: str
    pinned: Interface
    service: Service

    @cached_property
    def observed(self) -> Interface:
        """The interface of the service."""
        return observe_interface(self.service)

    def compare_section(self, section: str) -> SectionComparison:
        """Compare a section of it with what is pinned."""
        return compare_section(self.pinned, self.observed, section)
