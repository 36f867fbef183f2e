"""The plan for a test of a team: what it is watched for, and what may stay behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Plan:
    """The watches over a test, and its residents: what may stay behind, by its name.

    A name may have the wildcards of a shell. It is that of a function that takes a connection, of
    a coroutine, a task or a thread.
    """

    watches: frozenset[str] = frozenset()
    residents: tuple[str, ...] = ()

    def has(self, watch: str) -> bool:
        """Return whether this is watched for."""
        return watch in self.watches

    def spares(self, *names: str) -> bool:
        """Return whether something with these names may stay behind."""
        return any(fnmatchcase(name, each) for name in names for each in self.residents)

    def but(self, names: Iterable[str], residents: Iterable[str]) -> Plan:
        """Return the plan of a test whose mark says more."""
        watches = frozenset(names) or self.watches
        return replace(self, watches=watches, residents=(*self.residents, *residents))
