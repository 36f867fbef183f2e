"""From the word or address somebody typed to the server that is meant by it."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from . import registry
from .database import DatabaseUnavailable, Server, UnknownDatabase
from .vendor import Vendor

WHERE = "Change --contract-database, or contract_database in the pytest settings."


def by_word(choice: str, environ: Mapping[str, str]) -> Server:
    """Choose a throwaway server by a word such as `postgresql+psycopg`."""
    word, _, driver = choice.partition("+")
    vendor = registry.meant_by(word)
    if vendor is None:
        raise UnknownDatabase(
            f"{choice!r} is no database the kit knows{_near(word)}. {_valid()} {WHERE}"
        )
    drivername = f"{vendor.name}+{driver or vendor.driver}"
    _require_dialect(URL.create(drivername))
    given = _given(vendor, environ)
    if given is not None:
        server = vendor.by_address(given.set(drivername=drivername), existing=False)
    else:
        server = vendor.by_word(word, drivername, environ)
    _require_back_door(vendor)
    return server


def by_address(choice: str, *, allow_existing: bool) -> Server:
    """Choose by a URL: ours beside the named database, or that one itself when allowed."""
    url = _with_driver(_parsed(choice))
    vendor = registry.of(url.get_backend_name())
    if allow_existing and not (vendor.embedded or url.database):
        raise UnknownDatabase(
            f"{url.render_as_string()} names no existing database. "
            f"Valid: {url.get_backend_name()}://user:password@host:port/database. {WHERE}"
        )
    _require_back_door(vendor)
    return vendor.by_address(url, existing=allow_existing)


def _valid() -> str:
    words = ", ".join(registry.words())
    return f"Valid: {words}, each also with a driver (postgresql+psycopg), or a URL."


def _near(word: str) -> str:
    meant = registry.nicknames().get(word)
    close = meant or next(iter(get_close_matches(word, registry.words(), 1)), None)
    return f"; did you mean {close!r}" if close else ""


def _parsed(choice: str) -> URL:
    scheme = choice.partition("://")[0]
    unreadable = UnknownDatabase(
        f"the address {scheme}://… cannot be read. Valid: {scheme}://user:password@host:port/"
        f"database, where an @ of the password is written %40. {WHERE}"
    )
    try:
        url = make_url(choice)
    except (ArgumentError, ValueError):  # its words repeat the address, password included
        raise unreadable from None
    if url.host and choice.partition("?")[0].count("@") > 1:
        # The rest of a password would be taken for the host, and shown.
        raise unreadable
    return url


def _with_driver(url: URL) -> URL:
    backend = url.get_backend_name()
    vendor = registry.of(backend)
    if vendor not in registry.vendors():
        raise UnknownDatabase(
            f"{backend}:// is no database the kit knows{_near(backend)}. {_valid()} {WHERE}"
        )
    if "+" not in url.drivername:
        url = url.set(drivername=f"{backend}+{vendor.driver}")
    _require_dialect(url)
    return url


def _require_dialect(url: URL) -> None:
    try:
        url.get_dialect()
    except NoSuchModuleError:
        backend, _, driver = url.drivername.partition("+")
        usual = f"{backend}+{registry.of(backend).driver}"
        raise UnknownDatabase(
            f"SQLAlchemy knows no driver {driver!r} for {backend}. The usual one: {usual}. {WHERE}"
        ) from None


def _require_back_door(vendor: Vendor) -> None:
    """The kit looks into a database by a driver of its own, whatever the service uses."""
    if vendor.back_door and find_spec(vendor.back_door) is None:
        named = f"'pytest-crud-contract[{vendor.extra}]'" if vendor.extra else vendor.back_door
        raise DatabaseUnavailable(
            f"the kit needs {vendor.back_door} to look into this database. "
            f"Type: pip install {named}"
        )


def _given(vendor: Vendor, environ: Mapping[str, str]) -> URL | None:
    """Give the address of a server of the user's, if the environment names one."""
    address = environ.get(vendor.variable) if vendor.variable else None
    if not address:
        return None
    url = _with_driver(_parsed(address))
    if url.get_backend_name() not in vendor.backends:
        raise DatabaseUnavailable(
            f"{vendor.variable} leads to {url.get_backend_name()}. "
            f"Give it a {vendor.name}:// address, or unset it."
        )
    return url
