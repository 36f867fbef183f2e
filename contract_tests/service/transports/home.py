"""Stop where a service stands on a database that the kit did not make."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import NoReturn

from sqlalchemy.engine import Engine

from ...instruments.confined import Confined
from ...instruments.exchange import Exchange
from ...instruments.strays import Stray
from ...rules.violation import Elsewhere


def require_no_stray(confined: Confined) -> None:
    """Raise `Elsewhere` if the service, or a process of it, asked for another database."""
    stray = confined.strays.first()
    if stray is not None:
        _stop(confined, f"the service connects to {stray.place}{stray.at}", stray)


def require_home(confined: Confined, looks: Sequence[Exchange]) -> None:
    """Raise `Elsewhere` unless what the service reads is seen at home, or it could not read yet.

    `looks` are requests that read. One that was answered has had its rows from somewhere. Where
    none was, a connection that is still to come is checked as it arrives.
    """
    require_no_stray(confined)
    if confined.is_open or any(look.of("sql") for look in looks):
        return
    asked = ", ".join(map(str, looks))
    if confined.elsewhere:
        place = confined.elsewhere[0]
        stray = Stray(str(place), place.kind, place.address)
        _stop(confined, f"the service reads {place} ({asked})", stray)
    # A front page needs no rows to be answered.
    is_answered = any(look.ok and look.request.target != "/" for look in looks)
    if not confined.arrived and (is_answered or not _has_engine()):
        seen = f"{asked} made no connection that the kit sees"
        _stop(confined, f"nothing shows where the service keeps its rows: {seen}", Stray(""))


def _stop(confined: Confined, seen: str, stray: Stray) -> NoReturn:
    made = "made for this run" if confined.leads else "permitted for this run"
    if stray.kind in {"", confined.home.kind}:
        way = "--contract-env NAME={url} names the variable that its address comes from"
    else:
        way = f"--contract-database {stray.kind} has the kit make one of its kind"
    named = f"--contract-database '{stray.address}' " if stray.address else ""
    raise Elsewhere(
        f"{seen}, not to the database {made} ({confined.home}). The kit wrote nothing there. "
        f"{way}; if the rows there matter to nobody, permit it: "
        f"{named}--contract-allow-existing-database"
    )


def _has_engine() -> bool:
    """Return whether there is an engine: its connections will be checked as they arrive."""
    # SQLAlchemy keeps no list of its engines.
    return any(isinstance(thing, Engine) for thing in gc.get_objects())
