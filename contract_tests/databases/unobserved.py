"""Hide what the kit itself does through the service's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_unobserved: ContextVar[bool] = ContextVar("contract_unobserved", default=False)


@contextmanager
def unobserved() -> Iterator[None]:
    """Hide what is done in the block from the instruments."""
    token = _unobserved.set(True)
    try:
        yield
    finally:
        _unobserved.reset(token)


def is_observed() -> bool:
    """Return whether this code runs on the service's behalf."""
    return not _unobserved.get()
