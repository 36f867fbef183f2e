"""Objects that hold a connection: a session, or what leads to one."""

from __future__ import annotations

import gc
from collections.abc import Iterable

from sqlalchemy.orm import scoped_session

from .checkout import Checkout

PLAIN = (tuple, list, dict, set)
MOST = 5_000
"""Objects that are looked at: a session with many rows has more than is worth it."""


def is_held(values: Iterable[object], loan: Checkout) -> bool:
    """Return whether one of the values is a session or a connection that has this loan.

    Only objects of SQLAlchemy and plain containers are followed: an app that a client leads to
    holds whatever its requests have left.
    """
    proxy = loan.proxy()
    waiting, seen = list(values), set[int]()
    while waiting and proxy is not None and len(seen) < MOST:
        found = waiting.pop()
        if found is proxy:
            return True
        if id(found) not in seen and _leads_on(found):
            seen.add(id(found))
            waiting += gc.get_referents(found)
            # What a thread has of its own, the collector does not see.
            if isinstance(found, scoped_session) and found.registry.has():
                waiting.append(found.registry())
    return False


def _leads_on(found: object) -> bool:
    kinds = (kind.__module__.partition(".")[0] for kind in type(found).__mro__)
    return isinstance(found, PLAIN) or "sqlalchemy" in kinds
