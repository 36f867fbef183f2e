"""A connection that a pool has lent."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field

from sqlalchemy.pool import PoolProxiedConnection

from .exchange import Exchange


@dataclass(eq=False)
class Checkout:
    """A connection that was taken from a pool: by whom, where, and whether it is still out.

    `is_given_back` once its borrower has returned it: what becomes of it then is the pool's matter.
    """

    connection: int
    owner: Exchange | None = field(repr=False)
    where: str
    proxy: weakref.ref[PoolProxiedConnection] = field(repr=False)
    order: int = field(repr=False)
    record: object = field(repr=False)
    is_returned: bool = False
    is_given_back: bool = False

    @property
    def is_out(self) -> bool:
        """Return whether the borrower still has a working connection.

        The proxy alone does not tell: after a reconnect that failed, tracebacks keep it alive.
        """
        proxy = self.proxy()
        return not self.is_returned and proxy is not None and proxy.is_valid
