"""Draws that depend on the seed alone, whatever else a process has loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


@contextmanager
def deterministic() -> Iterator[None]:
    """Keep Hypothesis from mixing in constants of the modules that happen to be loaded.

    With them one seed would draw other examples in another process. Versions that do so have a
    private function for it; without that nothing is changed.
    """
    providers = _providers()
    collecting = getattr(providers, "_get_local_constants", None)
    if collecting is None:
        yield
        return
    nothing = providers.Constants()
    _replace(providers, lambda: nothing)
    try:
        yield
    finally:
        _replace(providers, collecting)


def _providers() -> Any:
    """Return the module in which Hypothesis chooses values; None where a version has none."""
    try:
        return import_module("hypothesis.internal.conjecture.providers")
    except ImportError:
        return None


def _replace(providers: object, collecting: object) -> None:
    setattr(providers, "_get_local_constants", collecting)  # noqa: B010 - private, and said so
    cache = getattr(providers, "CONSTANTS_CACHE", None)
    if cache is not None:
        cache.cache.clear()
