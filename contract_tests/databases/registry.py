"""Every database that the kit knows: one record for each vendor, its own and those of a team.

A record comes here by `register`, when its module is imported. Nothing here imports SQLAlchemy or
a driver: the names are read in every pytest run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, NoReturn, TypeVar

from .places import Place
from .vendor import Vendor

T = TypeVar("T")
KIT = __package__
_vendors: list[Vendor] = []


def register(vendor: Vendor) -> None:
    """Make a vendor's databases known. Raises `ValueError` for a name that another one has."""
    if vendor in _vendors:
        return
    for other in _vendors:
        for name in {*vendor.backends, *vendor.choices} & {*other.backends, *other.choices}:
            raise ValueError(
                f"{vendor.module} registers the database {name!r}, a name that {other.module} has: "
                "give it another one"
            )
    _vendors.append(vendor)


def vendors() -> tuple[Vendor, ...]:
    """Give all records, in the order in which they were registered."""
    return tuple(_vendors)


def of(backend: str) -> Vendor:
    """Give the vendor of one of SQLAlchemy's backends; one without any feature if it is unknown."""
    found = (vendor for vendor in _vendors if backend in vendor.backends)
    return next(found, None) or _unknown(backend)


def meant_by(word: str) -> Vendor | None:
    """Give the vendor that is meant by a word for `--contract-database`."""
    return next((vendor for vendor in _vendors if word in vendor.choices), None)


def first_answer(question: Callable[[Vendor], T | None]) -> T | None:
    """Put a question to one vendor after the other, until one can tell."""
    answers = (question(vendor) for vendor in _vendors)
    return next((answer for answer in answers if answer is not None), None)


def words() -> tuple[str, ...]:
    """Give the words for `--contract-database`; the first one is the default."""
    return tuple(word for vendor in _vendors for word in vendor.choices)


def nicknames() -> dict[str, str]:
    """Give words that are not valid, and the ones that are meant."""
    return {word: meant for vendor in _vendors for word, meant in vendor.nicknames.items()}


def example() -> str:
    """Give an address of a server, to show what one looks like."""
    vendor = next(vendor for vendor in _vendors if vendor.port)
    return f"{vendor.name}+{vendor.driver}://user:pass@host/name"


def ports() -> dict[int, str]:
    """Give the usual ports of servers, and what is there."""
    return {vendor.port: vendor.product for vendor in _vendors if vendor.port}


def openings() -> dict[str, Callable[[Any], Place]]:
    """Give what tells the place of a file, by the audit event of the library that opens it."""
    embedded = [vendor.embedded for vendor in _vendors if vendor.embedded]
    return {each.opening: each.place_of_name for each in embedded}


def variables() -> tuple[str, ...]:
    """Give the environment variables that may name a server."""
    return tuple(vendor.variable for vendor in _vendors if vendor.variable)


def connecting() -> Mapping[str, tuple[str, ...]]:
    """Give the functions of each module by which drivers connect."""
    return {name: found for vendor in _vendors for name, found in vendor.connecting.items()}


def connecting_packages() -> tuple[str, ...]:
    """Give the packages that a process needs to connect to any database."""
    return tuple(dict.fromkeys(name.partition(".")[0] for name in connecting()))


def libraries() -> tuple[str, ...]:
    """Give the packages of all drivers."""
    return tuple(name for vendor in _vendors for name in vendor.libraries)


def dialects() -> tuple[str, ...]:
    """Give SQLAlchemy's modules for all databases."""
    return tuple(name for vendor in _vendors for name in vendor.dialects)


def outside() -> tuple[str, ...]:
    """Name the modules outside of the kit that have registered databases."""
    return tuple(v.module for v in _vendors if not v.module.startswith(f"{KIT}."))


def import_outside(modules: Iterable[str]) -> None:
    """Import what has registered databases in another process of the run."""
    for module in modules:
        import_module(module)


def _unknown(backend: str) -> Vendor:
    return Vendor(
        name=backend,
        product=backend,
        module="",
        driver="",
        by_word=_unavailable,
        by_address=_unavailable,
    )


def _unavailable(*_given: object, **_named: object) -> NoReturn:
    raise LookupError("no such database is registered")
