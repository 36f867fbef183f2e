"""The record of one vendor: all that the rest of the kit asks about its databases."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from .refusal import NONE, Refusal

if TYPE_CHECKING:
    from sqlalchemy.engine import URL
    from sqlalchemy.pool import PoolProxiedConnection

    from .database import Server
    from .places import Place

Denied = Callable[[], None]


class ByWord(Protocol):
    """Give a server of the kit's own. Raises `DatabaseUnavailable` where it cannot be had."""

    def __call__(self, word: str, drivername: str, environ: Mapping[str, str]) -> Server:
        """Choose it by the word that was typed and by SQLAlchemy's name of dialect and driver."""


class ByAddress(Protocol):
    """Give the server at an address, to make databases there or to use the one it names."""

    def __call__(self, url: URL, *, existing: bool) -> Server:
        """Use the very database of the address if `existing`."""


class Lead(Protocol):
    """Rewrite a driver's arguments in place, so that it connects to `url`; false if it cannot."""

    def __call__(self, url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
        """Lead a connection that was asked for elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """The part of a vendor's record for a database in a file, or in the memory of a connection."""

    is_private: Callable[[list[Any], dict[str, Any]], bool]
    """Tell from a driver's arguments that a connection makes a database of its own, in memory."""

    inner: Callable[[Any], Any]
    """Give the connection inside of an async driver's, and any other as it is."""

    opening: str
    """The audit event with which the library tells of a file before it opens it."""

    place_of_name: Callable[[Any], Place]
    """Tell the place that the library is asked to open."""

    read_only: Callable[[Any, tuple[Any, ...], dict[str, Any], str, Denied], Any]
    """Connect to a file with a driver's function and arguments, so that it cannot be written.

    The last function is called for each write that was asked for.
    """

    let_attach_nothing: Callable[[Any, Denied], None]
    """Deny a connection every further file, and call the function each time."""

    why_commit_is_safe: Callable[[PoolProxiedConnection], str]
    """Say why nothing can stand in the way of a COMMIT of this connection; empty if it can."""

    refusing_commit: Callable[[PoolProxiedConnection], AbstractContextManager[None]]
    """Have a COMMIT refused inside the block, so that its transaction stays open."""


def _leads_nowhere(url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    return False


def _unknown_place(url: URL) -> Place:
    from .places import server_at

    return server_at(url, url.get_backend_name(), 0)


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One vendor's databases: their names, their drivers, and how they are reached.

    What a function here cannot tell of a connection is None: another vendor is asked then.
    """

    name: str
    """SQLAlchemy's name of the backend, and the word for `--contract-database`."""

    product: str
    """The name that people read."""

    module: str
    """The module that registers it, which every other process of the run imports too."""

    driver: str
    """The driver that is meant where none is named."""

    by_word: ByWord
    by_address: ByAddress
    also: tuple[str, ...] = ()
    """Other backends of SQLAlchemy that are the same."""

    words: tuple[str, ...] = ()
    """More words for `--contract-database`, each for a variety of its own."""

    nicknames: Mapping[str, str] = field(default_factory=dict)
    """Words that are not valid, and the one that is meant."""

    port: int = 0
    """The port that its servers have unless told otherwise; 0 if there is no server."""

    variable: str = ""
    """The environment variable that may name a server of the user's."""

    back_door: str = ""
    """The package by which the kit itself looks into it, and the extra of the kit that has it."""

    extra: str = ""
    libraries: tuple[str, ...] = ()
    """The packages of its drivers: shown in the report."""

    dialects: tuple[str, ...] = ()
    """SQLAlchemy's modules for it: they take long to import."""

    connecting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The functions of each module by which its drivers connect, whoever asks them."""

    traces: tuple[str, ...] = ()
    """Words by which a text is known to repeat an error of it."""

    refusal: Refusal = NONE
    beside: re.Pattern[str] | None = None
    """A statement that names another database of the same server, in any of the groups."""

    table_use: str = ""
    """The statement that tells of each table how many rows the transaction has read by going
    through all of them, and whether the transaction keeps others from writing."""

    embedded: Embedded | None = None
    lead: Lead = _leads_nowhere
    place_at: Callable[[URL], Place] = _unknown_place
    """Tell the place that an address names."""

    place: Callable[[Any], Place | None] = lambda _connection: None
    """Tell where a driver's connection leads, without asking a server."""

    in_transaction: Callable[[Any], bool | None] = lambda _connection: None
    """Tell whether a driver's connection is in a transaction."""

    socket: Callable[[Any], int | None] = lambda _connection: None
    """Give the file descriptor of the socket that a driver's connection talks through."""

    threads: Callable[[], set[threading.Thread]] = set
    """Give the threads of its drivers that are alive."""

    @property
    def backends(self) -> tuple[str, ...]:
        """All of SQLAlchemy's names for it."""
        return (self.name, *self.also)

    @property
    def choices(self) -> tuple[str, ...]:
        """All words for `--contract-database`."""
        return (self.name, *self.words)
