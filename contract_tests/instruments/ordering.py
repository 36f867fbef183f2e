"""Let rows come in another order wherever the service did not ask for one."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.pool import Pool


class Unsettled:
    """Runs a statement on each connection when it is lent, and another when it comes back.

    The database gives the two statements (`Database.unsettling`); without them nothing happens.
    They go past SQLAlchemy, so no record of the service's own statements shows them.

        with Unsettled(("pragma reverse_unordered_selects = on", "... = off")):
            service.list()
    """

    def __init__(self, statements: tuple[str, str] | None) -> None:
        self._statements = statements

    def __enter__(self) -> Self:
        """Start to unsettle."""
        if self._statements:
            event.listen(Pool, "checkout", self._lent)
            event.listen(Pool, "checkin", self._returned)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave connections as they are."""
        if self._statements:
            event.remove(Pool, "checkin", self._returned)
            event.remove(Pool, "checkout", self._lent)

    def _lent(self, dbapi_connection: Any, connection_record: Any, connection_proxy: Any) -> None:
        self._tell(dbapi_connection, 0)

    def _returned(self, dbapi_connection: Any, connection_record: Any) -> None:
        if dbapi_connection is not None:
            self._tell(dbapi_connection, 1)

    def _tell(self, dbapi_connection: Any, which: int) -> None:
        if self._statements:
            with suppress(Exception):  # the service must not feel the kit
                cursor = dbapi_connection.cursor()
                cursor.execute(self._statements[which])
                cursor.close()
