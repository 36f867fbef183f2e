"""Sessions that a test has given to its app, in place of the app's own."""

from __future__ import annotations

from contextlib import ExitStack
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.util import greenlet_spawn

from .attribution import exchange_of_team
from .exchange import Exchange
from .instrument import Instrument
from .listening import listen


class GivenSessions(Instrument):
    """Knows the sessions that began a transaction for a request, on a connection given to them.

    The app does not close such a session, so nothing ends what a failed request has begun in it.
    """

    def __init__(self) -> None:
        self._begun: WeakKeyDictionary[Session, Exchange] = WeakKeyDictionary()

    def _begin(self, undo: ExitStack) -> None:
        listen(undo, (Session, "after_begin", self._begins))

    def _begins(self, session: Session, transaction: object, connection: Connection) -> None:
        exchange = exchange_of_team()
        if exchange is not None and isinstance(session.bind, Connection):
            self._begun[session] = exchange

    async def roll_back(self, exchange: Exchange) -> None:
        """Roll back what a request has begun and not ended, as closing a session does."""
        for session, cause in list(self._begun.items()):
            bind = session.bind
            if cause is exchange and isinstance(bind, Connection) and session.in_transaction():
                if bind.dialect.is_async:
                    await greenlet_spawn(session.rollback)
                else:
                    session.rollback()
