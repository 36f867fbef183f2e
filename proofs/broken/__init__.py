"""Broken apps: the reference app with one collaborator replaced, each wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Factory = Callable[[], Any]
SERVERS = ("postgresql", "mysql")
EVERYWHERE = ("sqlite", *SERVERS)


@dataclass(frozen=True)
class BrokenApp:
    """A factory, the one rule it breaks, and words that the failure must contain.

    `databases` are those on which the defect can be seen at all; `also` names the further rules
    that a lie as large as this one cannot help but break. `arguments` are the options its contract
    is run with.
    """

    locator: str
    rule: str
    says: str
    defect: str
    databases: tuple[str, ...] = EVERYWHERE
    also: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        """A readable test id."""
        return self.locator.removeprefix("proofs.broken.")


BROKEN: list[BrokenApp] = []


def breaks(
    rule: str,
    *,
    says: str,
    databases: tuple[str, ...] = EVERYWHERE,
    also: tuple[str, ...] = (),
    arguments: tuple[str, ...] = (),
) -> Callable[[Factory], Factory]:
    """Enter a factory into the kill matrix: it breaks `rule`, and no other, in these words."""

    def enter(factory: Factory) -> Factory:
        locator = f"{factory.__module__}:{factory.__name__}"
        defect = (factory.__doc__ or "").strip()
        BROKEN.append(BrokenApp(locator, rule, says, defect, databases, also, arguments))
        return factory

    return enter
