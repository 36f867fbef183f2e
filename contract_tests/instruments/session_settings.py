"""Let the service's own connections meet a database that refuses, hurries or mixes things up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.pool import Pool

from ..databases.connections import in_transaction
from ..databases.session_settings import SessionSetting
from ..databases.unobserved import is_observed, unobserved
from .instrument import Instrument
from .listening import listen


@dataclass
class ChangedConnection:
    """A connection that was told something: how often it is lent, and what puts it right."""

    connection: Any
    remedy: str
    times: int = 1


class SessionSettings(Instrument):
    """Tells each connection something when it is lent, and takes that back when it is returned.

    The database gives the words (`Database.session_settings`); without them nothing happens. They
    go past SQLAlchemy, so no record of the service's own statements shows them. `fired` counts the
    connections that were told. What is still lent at the end of the block is replaced when
    it is next taken from its pool.

        with SessionSettings(database.session_settings.get("read-only")) as settings:
            exchange = service.create()
        assert settings.fired
    """

    def __init__(self, setting: SessionSetting | None) -> None:
        self._setting = setting
        self._loans: dict[Any, ChangedConnection] = {}
        self.fired = 0
        self.idle = 0

    def _begin(self, undo: ExitStack) -> None:
        undo.callback(self._replace_lent)
        if self._setting:
            listen(undo, (Pool, "checkout", self._lent))
            listen(undo, (Pool, "checkin", self._returned), insert=True)  # the last told is first

    def _replace_lent(self) -> None:
        while self._loans:
            _replace(self._loans.popitem()[0])

    def _lent(self, dbapi_connection: Any, connection_record: Any, connection_proxy: Any) -> None:
        if self._setting is None or not is_observed():
            return
        loan = self._loans.get(connection_record)
        if loan is not None and loan.connection is dbapi_connection:
            loan.times += 1  # a pool of one connection lends it to many
            return
        with suppress(Exception):  # the service must not feel the kit
            remedy = _apply(self._setting, dbapi_connection, connection_record)
            self._loans[connection_record] = ChangedConnection(dbapi_connection, remedy)
            self.fired += 1

    def _returned(self, dbapi_connection: Any, connection_record: Any) -> None:
        loan = self._loans.get(connection_record)
        if loan is None:
            return
        loan.times -= 1
        # One that was invalidated comes back as None; its record serves another one then.
        if dbapi_connection is not loan.connection:
            del self._loans[connection_record]  # it is gone, and what it was told with it
        elif not loan.times:
            del self._loans[connection_record]
            _put_right(loan, connection_record)


def _apply(setting: SessionSetting, dbapi_connection: Any, connection_record: Any) -> str:
    with _no_transaction_left(dbapi_connection, connection_record):
        before = _tell(dbapi_connection, setting.asked) if setting.asked else ()
        _tell(dbapi_connection, setting.lent)
    return setting.returned.format(*before)


def _put_right(loan: ChangedConnection, connection_record: Any) -> None:
    try:
        with _no_transaction_left(loan.connection, connection_record):
            _tell(loan.connection, loan.remedy)
    except Exception:  # noqa: BLE001 - the service must not feel the kit
        _replace(connection_record)


def _replace(connection_record: Any) -> None:
    # Unobserved: the service's record is not to show what the kit invalidates.
    with suppress(Exception), unobserved():
        connection_record.invalidate(soft=True)


def _tell(dbapi_connection: Any, statement: str) -> tuple[Any, ...]:
    with closing(dbapi_connection.cursor()) as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone() or ()) if cursor.description else ()


@contextmanager
def _no_transaction_left(dbapi_connection: Any, connection_record: Any) -> Iterator[None]:
    """End the transaction that some drivers begin before any statement; one of the service stays.

    What was set in it outlives it only by a COMMIT.
    """
    was_idle = in_transaction(connection_record.driver_connection) is False
    try:
        yield
    finally:
        if was_idle and in_transaction(connection_record.driver_connection):
            dbapi_connection.commit()
