"""Keep the service on the database the kit made, whatever address it was written with."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.engine import Engine

from ..databases.redirects import Redirect, is_private_memory


class Redirected:
    """Sends every new connection of every engine in this process to one database.

    `redirect` rewrites the driver's connect arguments in place and says whether it could.
    A connection it cannot rewrite is refused, unless it makes a database of its own in memory:
    the kit writes only into what it made. `refused` names the dialects of those it turned away.
    """

    def __init__(self, redirect: Redirect) -> None:
        self._redirect = redirect
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        """Start to redirect."""
        event.listen(Engine, "do_connect", self._connecting)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let connections go where they ask."""
        event.remove(Engine, "do_connect", self._connecting)

    def _connecting(
        self, dialect: Any, conn_rec: Any, cargs: list[Any], cparams: dict[str, Any]
    ) -> None:
        if self._redirect(dialect.name, cargs, cparams):
            return
        if is_private_memory(dialect.name, cargs, cparams):
            return
        self.refused.append(f"{dialect.name}+{dialect.driver}")
        raise ConnectionRefusedError(
            f"the contract kit keeps {dialect.name} closed: it made no such database for this "
            f"run (choose it with --contract-database)"
        )
