"""Mended apps: broken apps with the smallest change after which they keep their rule.

An app has the name and the file of the broken one that it mends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from proofs import broken

Factory = Callable[[], Any]


@dataclass(frozen=True)
class MendedApp:
    """A factory, and the broken app that it mends."""

    locator: str

    @property
    def broken(self) -> str:
        """The locator of the broken app."""
        return self.locator.replace(__name__, broken.__name__)

    def __str__(self) -> str:
        """A readable test id."""
        return self.locator.removeprefix(f"{__name__}.")


MENDED: list[MendedApp] = []


def mends(factory: Factory) -> Factory:
    """Enter a factory among the mended apps."""
    MENDED.append(MendedApp(f"{factory.__module__}:{factory.__name__}"))
    return factory
