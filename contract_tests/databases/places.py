"""A database as the place that a connection leads to, and whether two places are one."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from . import registry
from .vendor import Vendor

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

LOOPBACK = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Place:
    """A database: a file, or a name on a server. `host` may be the path of a socket.

    `kind` is the name of its vendor. An embedded database without a name is in the memory of its
    connection.
    """

    kind: str
    name: str
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        """The place in words, without credentials."""
        if self.is_file:
            return f"the {self.vendor.product} file {self.name}"
        server = self.host if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"the {self.vendor.product} database {self.name!r} on {server}"

    @property
    def vendor(self) -> Vendor:
        """The record of its vendor."""
        return registry.of(self.kind)

    @property
    def is_file(self) -> bool:
        """Return whether it is a file or memory, without a server."""
        return self.vendor.embedded is not None

    @property
    def is_memory(self) -> bool:
        """Return whether it ends with its connection."""
        return self.is_file and not self.name

    @property
    def address(self) -> str:
        """The address to give as `--contract-database` to use it; credentials are left open."""
        start = f"{self.kind}+{self.vendor.driver}://"
        if self.is_file:
            return f"{start}/{self.name}"
        return f"{start}USER:PASSWORD@{self.host or 'localhost'}:{self.port}/{self.name}"


def place_at(url: URL) -> Place:
    """Tell the place that an address names."""
    return registry.of(url.get_backend_name()).place_at(url)


def server_at(url: URL, kind: str, port: int) -> Place:
    """Tell the place of a database on a server from its address; `port` is the usual one."""
    # MySQL's drivers have a word for the socket; to PostgreSQL's it is a host that is a path.
    host = url.query.get("unix_socket") or url.host
    return server_place(kind, url.database, host, url.port or port)


def server_place(kind: str, name: object, host: object, port: object) -> Place:
    """Give the place of a database on a server, in whatever types a driver keeps it."""
    return Place(kind, _text(name), _text(host), int(str(port or 0)))


def is_same(place: Place, other: Place) -> bool:
    """Return whether two places are one database, however its file or its server is spelled."""
    if place.kind != other.kind:
        return False
    if place.is_file:
        return _is_same_file(place.name, other.name)
    return place.name == other.name and _is_same_server(place, other)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def _is_same_file(one: str, other: str) -> bool:
    # No name is a database in memory; as a path it would be the current folder.
    if not one or not other:
        return one == other
    with suppress(OSError):
        if Path(one).samefile(other):
            return True
    # A file that is not there yet can only be compared by its path.
    return Path(one).resolve() == Path(other).resolve()


def _is_same_server(place: Place, other: Place) -> bool:
    return place.port == other.port and bool(_hosts(place.host) & _hosts(other.host))


@cache
def _hosts(host: str) -> frozenset[str]:
    """Return every address that a host's name stands for; a socket's path is this machine."""
    if host in LOOPBACK or host.startswith("/"):
        return LOOPBACK
    with suppress(OSError):
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
        return frozenset(found | {host}) | (LOOPBACK if found & LOOPBACK else frozenset())
    return frozenset({host})
