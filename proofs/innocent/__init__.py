"""Innocent apps: correct services that look guilty, each of which must keep every rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Factory = Callable[[], Any]
EVERYWHERE = ("sqlite", "postgresql", "mysql")
NOT_MARIADB = ("sqlite", "postgresql")
"""Where an app is at home that is written in words which MariaDB does not know."""


@dataclass(frozen=True)
class InnocentApp:
    """A factory that breaks no rule, and why a hasty judge would think it does.

    `arguments` are the options its contract is run with, as an adopter would type them. `areas` are
    those that judge it by day, where all else of it is another app's. `near` are the rules that a
    hasty judge would think broken.
    """

    locator: str
    looks: str
    style: str
    databases: tuple[str, ...] = EVERYWHERE
    arguments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        """A readable test id."""
        return self.locator.removeprefix("proofs.innocent.")


INNOCENT: list[InnocentApp] = []


def innocent(
    *,
    looks: str,
    databases: tuple[str, ...] = EVERYWHERE,
    arguments: tuple[str, ...] = (),
    areas: tuple[str, ...] = (),
    near: tuple[str, ...] = (),
) -> Callable[[Factory], Factory]:
    """Enter a factory among the innocent: it keeps the whole contract on these databases."""

    def enter(factory: Factory) -> Factory:
        locator = f"{factory.__module__}:{factory.__name__}"
        style = (factory.__doc__ or "").strip()
        app = InnocentApp(locator, looks, style, databases, arguments, areas, near)
        INNOCENT.append(app)
        return factory

    return enter
