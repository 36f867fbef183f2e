"""Every app the proofs know, whichever file it is in."""

from __future__ import annotations

import importlib
import pkgutil

from proofs import broken, innocent, mended
from proofs.broken import BROKEN, BrokenApp
from proofs.innocent import INNOCENT, InnocentApp
from proofs.mended import MENDED, MendedApp


def broken_apps() -> tuple[BrokenApp, ...]:
    """All broken apps, in the order of their names."""
    _import_all(broken.__name__, broken.__path__)
    return tuple(sorted(BROKEN, key=lambda app: (app.rule, app.locator)))


def innocent_apps() -> tuple[InnocentApp, ...]:
    """All innocent apps, in the order of their names."""
    _import_all(innocent.__name__, innocent.__path__)
    return tuple(sorted(INNOCENT, key=lambda app: app.locator))


def mended_apps() -> tuple[MendedApp, ...]:
    """All mended apps, in the order of their names."""
    _import_all(mended.__name__, mended.__path__)
    return tuple(sorted(MENDED, key=lambda app: app.locator))


def _import_all(package: str, path: list[str]) -> None:
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
