"""The interface of a database, with its errors; no vendor is named here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from .apart import silent_port
from .image import Differences, Image, NoNotes, Notes, image_differences
from .session_settings import SessionSettingsOf
from .transactions import OpenTransaction
from .undoing import Undoing

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

BACK_DOOR_PATIENCE = 2.0
"""Seconds the back door waits for a lock before it says who holds it."""

PASSES = 5
"""Times that rows are put back: triggers may write meanwhile, and one row wait for another."""

OUTSIDE_VIEW = "outside-view"
NETWORK = "network"

StoredRow = tuple[object, ...]
Contents = Mapping[str, tuple[StoredRow, ...]]


class UnknownDatabase(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The choice names no database the kit knows; the message lists what would be valid."""


class DatabaseUnavailable(RuntimeError):  # noqa: N818 - reads as a sentence where it is raised
    """The database is known but cannot be had here; the message says what to type."""


class BackDoorBlocked(RuntimeError):  # noqa: N818 - reads as a sentence where it is raised
    """The back door waited for a lock and gave up; the message names who holds it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the database itself describes it.

    `default` is true when the database fills the column in by itself (server default,
    identity, rowid); `generated` when nobody else may write it; `length` is the most
    characters a text column takes.
    """

    name: str
    type: str
    nullable: bool
    primary_key: bool
    default: bool
    length: int | None
    generated: bool


def sorted_rows(rows: Iterable[Iterable[object]]) -> tuple[StoredRow, ...]:
    """Give the rows in an order that depends on their values alone."""
    # By `repr`: cells of two types, or NULL, cannot be compared.
    return tuple(sorted((tuple(row) for row in rows), key=repr))


class Database(ABC):
    """One database: the address a service gets, and the kit's own back door into it.

    The back door is one connection of a raw driver, opened on first use. SQLAlchemy
    listeners never see it. Every wait in it ends after `BACK_DOOR_PATIENCE` seconds.
    """

    name: ClassVar[str]
    capabilities: ClassVar[frozenset[str]]
    sync_driver: ClassVar[str]
    session_settings: ClassVar[SessionSettingsOf] = {}
    """The settings that a connection can be given, by name; no database knows all of them."""

    one_writer: ClassVar[bool] = False
    """True if the one transaction that writes locks all of the database."""

    exact_decimals: ClassVar[bool] = False
    """True if it has a type that keeps each digit of a decimal."""

    def __init__(self, url: URL, *, owned: bool = True) -> None:
        self.url = url
        self.owned = owned
        self.notes: Notes = NoNotes()
        self.left: Differences = ()
        self.found_left = ""
        self.is_given_back = False
        self.known: Image | None = None  # the rows to go back to in a database of others

    def placeholders(self) -> dict[str, str]:
        """Give the parts of the address, password included, to fill into settings."""
        sync = self.url.set(drivername=self.sync_driver, query={})
        return {
            "url": self.url.render_as_string(hide_password=False),
            "url_sync": sync.render_as_string(hide_password=False),
            "driver": self.url.get_driver_name(),
            "user": self.url.username or "",
            "password": str(self.url.password or ""),
            "host": self.url.host or "",
            "port": str(self.url.port or ""),
            "db": self.url.database or "",
            "path": "",
        }

    def client_variables(self, url: URL) -> dict[str, str]:
        """Give the variables by which the vendor's own client library finds `url`, if any."""
        return {}

    def attach(self, engine: Engine) -> None:  # noqa: B027 - most have a door of their own
        """Take the engine of the service, the sync face of an async one, as the way in."""

    @abstractmethod
    def unreachable(self) -> URL:
        """Give an address of the same kind where nothing answers."""

    @contextmanager
    def hanging(self) -> Iterator[URL]:
        """Give an address on a network where connections are taken and nothing is answered."""
        with silent_port() as port:
            yield self.url.set(host="127.0.0.1", port=port)

    @abstractmethod
    async def open(self) -> None:
        """Open the back door on the running loop; a second call changes nothing."""

    @abstractmethod
    async def close(self) -> None:
        """Close the back door; a second call changes nothing."""

    @abstractmethod
    async def tables(self) -> tuple[str, ...]:
        """Name the tables that are neither the vendor's nor an extension's, sorted."""

    @abstractmethod
    async def contents(self) -> Contents:
        """Give the committed rows of every table, in an order that repeats."""

    async def beside(self) -> frozenset[str]:
        """Name the other databases that a statement on a connection to this one could reach."""
        return frozenset()

    @abstractmethod
    async def look(self) -> Image:
        """Read every committed row, each as a text that can be stored again exactly."""

    @abstractmethod
    async def columns(self, table: str) -> tuple[Column, ...]:
        """Describe the columns of a table, in their own order."""

    @abstractmethod
    async def open_transactions(self) -> tuple[OpenTransaction, ...]:
        """Give the transactions somebody else has open right now."""

    @abstractmethod
    async def waiting(self) -> tuple[str, ...]:
        """Describe, one line each, who else waits right now until somebody lets go of a lock.

        Where `one_writer` is true that cannot be seen, and the answer is empty.
        """

    @abstractmethod
    async def kill_connections(self) -> int:
        """Let the server drop every other connection; answers how many."""

    @abstractmethod
    def locked(self) -> AbstractAsyncContextManager[None]:
        """Hold, inside the block, what keeps everybody else from writing, as a long import would.

        Reading goes on. Raises `BackDoorBlocked` when somebody is writing already.
        """

    async def move_rows(self, table: str) -> None:  # noqa: B027 - right where places follow keys
        """Let the rows of a table change places, each as it is; not every database can."""

    @abstractmethod
    async def _copy(self) -> None:
        """Keep rows and sequences of a database of ours."""

    @abstractmethod
    async def _paste(self) -> None:
        """Put back what `_copy` kept, committed."""

    @abstractmethod
    def _mending(self) -> AbstractAsyncContextManager[None]:
        """Open a transaction in which foreign keys look away, if that is allowed."""

    @abstractmethod
    async def _mend(self, found: Differences) -> None:
        """Put back each row once; what the database refuses is left as it is."""

    async def remember(self) -> None:
        """Keep rows and sequences as they are now, as the state to go back to.

        Of a database the kit did not make only rows are kept.
        """
        if self.owned:
            await self._copy()
        else:
            self.known = await self.look()
            self.notes.begin(self.known)

    async def restore(self) -> None:
        """Go back to the remembered state with a real commit.

        In a database the kit did not make, rows that were added are removed, and those that were
        changed or deleted are put back; no other is touched, and `left` are those that could not
        be. What an open transaction holds is not undone: ask `open_transactions` first.
        Raises `BackDoorBlocked` when somebody holds a lock longer than the back door waits.
        """
        if self.owned:
            await self._paste()
        elif self.known is not None:
            self.left = await self.put_back(partial(image_differences, self.known))

    async def put_back(self, wrong: Callable[[Image], Differences]) -> Differences:
        """Put back every row that is wrong, and give those that could not be."""
        found = wrong(await self.look())
        if not found:
            return found
        # Before the first change: a run that is killed in the midst of it is followed up by these.
        self.notes.note(found)
        async with self._mending():
            for _ in range(PASSES):
                await self._mend(found)
                before, found = found, wrong(await self.look())
                if not found or found == before:
                    break
        self.notes.note(found)
        return found


class Server(Undoing, ABC):
    """A server that makes databases: `with provide(...) as server: server.make()`.

    Enter it in a thread that lives as long as the server is needed: on Linux a server
    of ours ends together with the thread that started it, so that none is ever orphaned.
    """

    name: ClassVar[str]
    version: str = ""

    @abstractmethod
    def make(self) -> Database:
        """Give a new empty database, destroyed together with this server."""
