"""The back door: what is really stored, and which transactions are open, past the service."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ..databases import BackDoorBlocked, Contents, Database
from ..databases.transactions import OpenTransaction, lasting
from ..instruments.background import Background, Busy
from ..rules.violation import CannotGoOn, Undecided
from .loop import AppLoop


@dataclass(frozen=True)
class OpenBefore:
    """The transactions that were open before something was done: none of them is left by it.

    `busy` are those that background work of this process had open then. It `hides_more` where a
    database that shows no more than one writer shows that one.
    """

    known: frozenset[OpenTransaction]
    busy: Busy
    hides_more: bool = False


class BackDoor:
    """Looks into the service's database by a connection of the kit's own, and puts rows back.

    `relieve` takes back what leaking requests hold, where that can be done. `version` is that of
    the server, `home` are the tables of the resource once they are known, `left_behind` says what
    could not be put back at the end. `background` work is not told of.
    """

    def __init__(
        self,
        database: Database,
        version: str,
        loop: AppLoop,
        relieve: Callable[[], None],
        background: Background,
    ) -> None:
        self.database = database
        self.version = version
        self.background = background
        self.home: frozenset[str] | None = None
        self.left_behind = ""
        self._loop = loop
        self._relieve = relieve

    def open(self) -> None:
        """Open it, before the service is asked anything."""
        self._loop.run(self.database.open())

    def close(self) -> None:
        """Close it, when nothing more is asked."""
        self._loop.run(self.database.close())

    def stored(self) -> Contents:
        """Give every committed row of every table, but of those that background work writes.

        As long as the tables of the resource are not known, no table is left out.
        """
        found = self._loop.run(self.database.contents())
        if not self.home:
            return found
        aside = self.background.written - {_name(table) for table in self.home}
        return {table: rows for table, rows in found.items() if _name(table) not in aside}

    def open_before(self) -> OpenBefore:
        """Look which transactions are open before something is done.

        Where the database shows no more than that somebody writes, it must be one that lasts.
        """
        look, busy = self.database.open_transactions, self.background.busy
        alike = self.database.one_writer
        found = self._loop.run(lasting(look) if alike else look())
        return OpenBefore(frozenset(found), busy, hides_more=alike and bool(found))

    def left_open(self, before: OpenBefore, lent: int = 0) -> tuple[str, ...]:
        """Describe, a line each, the transactions that something has left open.

        They were not there `before`, last longer than a server needs to notice an end, and are
        more than background work has open meanwhile, or the `lent` connections that are known.
        """
        busy = self.background.busy - before.busy
        look = self.database.open_transactions
        found = self._loop.run(lasting(look, before.known, lent))
        # What background work has ended since explains nothing that is still open.
        explained = lent + len(busy & self.background.busy)
        return tuple(map(str, found)) if len(found) > explained else ()

    def restore(self) -> None:
        """Bring the rows back to what they were when the contract began.

        What leaking requests hold is taken back if it is in the way. Raises `Undecided` if even
        that does not help, and `CannotGoOn` if the database is gone.
        """
        try:
            self._restore()
        except BackDoorBlocked:
            self._relieve()
            try:
                self._restore()
            except BackDoorBlocked as blocked:
                raise Undecided(f"the database could not be reset: {blocked}") from None

    def _restore(self) -> None:
        """Put the rows back. Raises `CannotGoOn` if nothing answers where the database was."""
        try:
            self._loop.run(self.database.restore())
        except BackDoorBlocked:
            raise
        except Exception:
            self._require_answer()
            raise

    def _require_answer(self) -> None:
        """Open the back door anew. Raises `CannotGoOn` with the reason if that fails."""
        try:
            with suppress(Exception):  # of a connection that has ended already
                self.close()
            self.open()
        except Exception as error:  # noqa: BLE001 - each driver has errors of its own
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise CannotGoOn(f"the database no longer answers: {reason}") from None


def _name(table: str) -> str:
    """The name of a table without its schema."""
    return table.rpartition(".")[2].casefold()
