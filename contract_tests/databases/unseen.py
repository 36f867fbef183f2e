"""The database of a service elsewhere, of which nobody told the kit where it is."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, ExitStack
from typing import TYPE_CHECKING, NoReturn

from ..rules.violation import NotApplicable
from .database import Column, Contents, Database, Server
from .image import Differences, Image

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


def _unseen() -> NoReturn:
    raise NotApplicable("only the service itself sees its database; name its URL with "
                        "--contract-database")  # fmt: skip


class Unseen(Database):
    """A database of which the kit knows nothing: every question about it is not applicable."""

    name = "unseen"
    capabilities = frozenset()
    sync_driver = "unseen"

    def __init__(self) -> None:
        from sqlalchemy.engine import URL

        super().__init__(URL.create("unseen"), owned=False)

    def unreachable(self) -> URL:
        """Not applicable."""
        _unseen()

    async def open(self) -> None:
        """There is no back door."""

    async def close(self) -> None:
        """There is no back door."""

    async def remember(self) -> None:
        """Nothing can be kept."""

    async def restore(self) -> None:
        """Nothing can be put back from here."""

    async def tables(self) -> tuple[str, ...]:
        """Not applicable."""
        _unseen()

    async def contents(self) -> Contents:
        """Not applicable."""
        _unseen()

    async def look(self) -> Image:
        """Not applicable."""
        _unseen()

    async def columns(self, table: str) -> tuple[Column, ...]:
        """Not applicable."""
        _unseen()

    async def open_transactions(self) -> tuple[str, ...]:
        """Answer nothing: nothing can be seen."""
        return ()

    async def waiting(self) -> tuple[str, ...]:
        """Answer nothing: nothing can be seen."""
        return ()

    async def kill_connections(self) -> int:
        """Not applicable."""
        _unseen()

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Not applicable."""
        _unseen()

    async def _copy(self) -> None:
        _unseen()

    async def _paste(self) -> None:
        _unseen()

    def _mending(self) -> AbstractAsyncContextManager[None]:
        _unseen()

    async def _mend(self, found: Differences) -> None:
        _unseen()


class UnseenServer(Server):
    """Gives the database of a service elsewhere, which is there already."""

    name = "unseen"

    def _begin(self, undo: ExitStack) -> None:
        """There is nothing to start."""

    def make(self) -> Database:
        """Give the one database that the service has."""
        return Unseen()
