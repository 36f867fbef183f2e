"""Keep the service on the database the kit made, however it gets its connections."""

from __future__ import annotations

import functools
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from ..databases import registry
from ..databases.connections import embedded_connection, place_of
from ..databases.places import Place, is_same, place_at
from ..databases.redirects import Redirect, is_private_memory
from ..databases.vendor import Embedded
from .attribution import caller, is_app
from .instrument import Instrument
from .interception import Interception
from .listening import listen
from .sockets import Sockets
from .strays import Refused, Stray, Strays

# The one room of the kit that connects by drivers.
KIT = f"{__package__.rpartition('.')[0]}.databases"
TOOLS = ("coverage",)
"""Packages that keep files of their own beside any service."""

_is_checked: ContextVar[bool] = ContextVar("contract_arrival_is_checked", default=False)

PROVEN = "contract_proven"

_in_force: list[Confined] = []


class Confined(Instrument):
    """Leads new connections to one database, checks where each arrives, and refuses all others.

    `redirect` rewrites the driver's connect arguments in place and says whether it could. Whatever
    it could not reach, such as a `creator`, a listener of the service or a driver used past
    SQLAlchemy, is checked as the connection that it made. One that leads elsewhere is closed before
    anything is said on it; a SQLite file elsewhere can be read.

    `strays` keeps what was refused, `arrived` counts the connections that lead to `url`,
    `elsewhere` has the files that were opened to be read, `beside` the other databases that a
    statement on a connection could name. A connection may lead to `alias` as well. With `is_open`
    nothing is refused. Of nested blocks the inner one alone is in force. `unpooled` counts the
    connections to `url` by their driver that no engine of SQLAlchemy has taken into its pool.
    """

    def __init__(
        self,
        url: URL,
        redirect: Redirect | None,
        strays: Strays,
        *,
        alias: URL | None = None,
        is_open: bool = False,
    ) -> None:
        self.home = place_at(url)
        self._homes = (self.home, *([place_at(alias)] if alias is not None else []))
        self._naming = self.home.vendor.beside
        self.strays = strays
        self.arrived = 0
        self.unpooled: Counter[str] = Counter()
        self.elsewhere: list[Place] = []
        self.beside: frozenset[str] = frozenset()
        self.leads = redirect is not None
        self._redirect = redirect
        self.is_open = is_open
        self._files: dict[int, Place] = {}

    def _begin(self, undo: ExitStack) -> None:
        _in_force.append(self)
        undo.callback(_in_force.remove, self)
        listeners = (
            (Engine, "do_connect", self._connecting),
            (Pool, "connect", self._connected),
            (Pool, "checkout", self._checked_out),
        )
        # The first ones told: a listener of the service may connect, or talk on the new connection.
        listen(undo, *listeners, insert=True)
        if self._naming is not None:
            listen(undo, (Engine, "before_cursor_execute", self._executes))
        undo.enter_context(Interception(registry.connecting(), self._checking))
        undo.enter_context(Sockets(self._asked, self._file_asked))

    @property
    def _is_in_force(self) -> bool:
        return _in_force[-1] is self

    # -- connections of SQLAlchemy

    def _connecting(
        self, dialect: Any, conn_rec: Any, cargs: list[Any], cparams: dict[str, Any]
    ) -> None:
        """Lead a connection here before it is made."""
        if not self._is_in_force or self._redirect is None:
            return
        if self._redirect(dialect.name, cargs, cparams):
            return
        if is_private_memory(dialect.name, cargs, cparams) or self.is_open:
            return
        self._refuse(f"a database of {dialect.name}+{dialect.driver}", dialect.name)

    def _connected(self, dbapi_connection: Any, connection_record: Any) -> None:
        """Check a connection as it arrives, before the service can use it."""
        if not self._is_in_force:
            return
        raw = embedded_connection(connection_record.driver_connection)
        # A file was asked for in the thread that opened it, which need not be this one.
        place = self._files.get(id(raw)) or place_of(raw)
        # The driver's function, which a pool calls as well, has counted it.
        self._count(raw, place, -1)
        if not self._is_ours(place):
            with suppress(Exception):  # whatever happens, it is not used
                dbapi_connection.close()
            self._refuse(place or f"what {type(dbapi_connection).__module__} does not tell of")
        connection_record.info[PROVEN] = self

    def _checked_out(
        self, dbapi_connection: Any, connection_record: Any, connection_proxy: Any
    ) -> None:
        """Have a connection made anew that was made before this block."""
        is_proven = connection_record.info.get(PROVEN) is self or self.is_open
        if self._is_in_force and not is_proven:
            raise DisconnectionError("made before the contract began")

    def _executes(self, conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        """Refuse a statement that names another database of the server."""
        named = self._named_in(statement) & self.beside
        if named and self._is_in_force and not self.is_open:
            self._refuse(replace(self.home, name=min(named)))

    def _named_in(self, statement: str) -> set[str]:
        """Give the names that stand in a statement where databases are named."""
        found = self._naming.finditer(statement) if self._naming else ()
        return {name for match in found for name in match.groups() if name}

    # -- connections of anybody

    def _checking(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a driver's function that connects."""

        @functools.wraps(connect)
        def checked(*given: Any, **named: Any) -> Any:
            is_of_kit, is_inner = _is_of_kit(), _is_checked.get()
            with _arrival_is_checked():
                made = connect(*given, **named)
            if not self._is_in_force or is_of_kit:
                return made
            # A method that connects its own object gives nothing back.
            arrived = given[0] if made is None else made
            place = place_of(arrived)
            embedded = place.vendor.embedded if place else None
            if place is not None and embedded is not None and self._is_foreign(place):
                return self._reading(place, embedded, (connect, given, named), arrived)
            self._arrived(arrived, place)
            self._count(arrived, place, not is_inner)
            return made

        @functools.wraps(connect)
        async def checked_later(*given: Any, **named: Any) -> Any:
            is_of_kit, is_inner = _is_of_kit(), _is_checked.get()
            with _arrival_is_checked():
                made = await connect(*given, **named)
            if self._is_in_force and not is_of_kit:
                place = place_of(made)
                self._arrived(made, place)
                self._count(made, place, not is_inner)
            return made

        return checked_later if inspect.iscoroutinefunction(connect) else checked

    def _arrived(self, connection: Any, place: Place | None) -> None:
        """Check a connection right after a driver has made it."""
        embedded = place.vendor.embedded if place else None
        if place is not None and embedded is not None:
            self._file_opened(connection, place, embedded)
        elif not self._is_ours(place):
            _end(connection)
            self._refuse(place or f"what {type(connection).__module__} does not tell of")

    def _asked(self, host: str, port: int, product: str) -> None:
        """Refuse a socket to another database server by a driver whose connections are not checked.

        To the server of the kit's own database drivers also send their wish to cancel a statement.
        """
        is_home = any(
            home.port == port and is_same(replace(home, host=host), home) for home in self._homes
        )
        is_allowed = is_home or self.is_open or _is_checked.get() or _is_of_kit()
        if self._is_in_force and not is_allowed:
            self._refuse(f"the {product} server on {host}:{port}")

    def _file_asked(self, place: Place) -> None:
        """Refuse a file elsewhere that is not opened by the driver's function."""
        is_allowed = _is_checked.get() or _is_of_kit()
        # One that is not there yet will be the service's own.
        is_there = self._is_in_force and not is_allowed and Path(place.name).is_file()
        if is_there and self._is_foreign(place):
            self._refuse(place)

    def _file_opened(self, connection: Any, place: Place, embedded: Embedded) -> None:
        """Let nothing be attached to the file of ours."""
        self._files[id(connection)] = place
        if self._is_ours(place) and not self.is_open:
            words = f"a {place.vendor.product} file that it attaches"
            beside = replace(_stray(place), place=words, address="")
            embedded.let_attach_nothing(connection, lambda: self.strays.add(beside))

    def _is_foreign(self, file: Place) -> bool:
        """Return whether a file is elsewhere and was there before the run.

        What the service itself has made during the run is its own.
        """
        is_allowed = self.is_open or file.is_memory or self._is_home(file)
        return not is_allowed and not self.strays.is_new(Path(file.name))

    def _reading(
        self, file: Place, embedded: Embedded, call: tuple[Any, Any, Any], connection: Any
    ) -> Any:
        """Replace a connection to a file elsewhere by one that cannot write."""
        connection.close()
        self.elsewhere.append(file)
        change = replace(_stray(file), place=f"{file} to change it")
        made = embedded.read_only(*call, file.name, lambda: self.strays.add(change))
        self._files[id(made)] = file
        return made

    def _count(self, connection: Any, place: Place | None, number: int) -> None:
        if place is not None and is_same(place, self.home):
            self.unpooled[type(connection).__module__.partition(".")[0]] += number

    def _is_ours(self, place: Place | None) -> bool:
        """Return whether a place is the kit's database, or memory of its own, or permitted."""
        is_home = place is not None and self._is_home(place)
        self.arrived += is_home
        is_private = place is not None and place.is_memory
        return is_home or is_private or self.is_open

    def _is_home(self, place: Place) -> bool:
        return any(is_same(place, home) for home in self._homes)

    def _refuse(self, place: Place | str, kind: str = "") -> NoReturn:
        self.strays.add(_stray(place, kind))
        raise Refused(f"the contract kit keeps {place} closed: it made no such database")


def _stray(place: Place | str, kind: str = "") -> Stray:
    if isinstance(place, Place):
        return Stray(str(place), place.kind, place.address, caller())
    return Stray(place, kind, "", caller())


@contextmanager
def _arrival_is_checked() -> Iterator[None]:
    """Let a driver connect where it likes: where it leads is seen right after."""
    token = _is_checked.set(True)
    try:
        yield
    finally:
        _is_checked.reset(token)


def _end(connection: Any) -> None:
    """Close a driver's connection at once."""
    with suppress(Exception):
        # By `terminate` where there is one: `close` of such a driver has to be awaited.
        (connection.terminate if hasattr(connection, "terminate") else connection.close)()


def _is_of_kit() -> bool:
    """Return whether the kit itself, or a tool with files of its own, asks for a connection."""
    homes = tuple(f"{name}." for name in (KIT, *registry.outside()))
    tools = tuple(f"{name}." for name in TOOLS)
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the documented way to walk a stack
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        is_tool = f"{name}.".startswith(tools) and not is_app(frame.f_code.co_filename)
        if is_tool or f"{name}.".startswith(homes):
            return True
        # What an engine connects is the service's, also where the kit asks by that engine.
        if name.startswith("sqlalchemy."):
            return False
        frame = frame.f_back
    return False
