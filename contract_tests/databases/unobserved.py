"""Hide what the kit itself does through the service's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

UNOBSERVED: ContextVar[bool] = ContextVar("contractUNOBSERVED", default=False)


@contextmanager
def unobserved() -> Iterator[None]:
    """Hide what is done in the block from the instruments."""
    token = UNOBSERVED.set(True)
    try:
        yield
    finally:
        UNOBSERVED.reset(token)


def is_observed() -> bool:
    """Return whether this code runs on the service's behalf."""
    return not UNOBSERVED.get()
