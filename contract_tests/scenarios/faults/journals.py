"""Journals: tables in which a service notes each attempt, on purpose also where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...instruments.exchange import Event, Exchange
from .control_run import ControlRun, names
from .injections import InjectionResult, grown

SAYS_SO = re.compile(
    r"(?:^|_)(?:audits?|journals?|attempts?|histor(?:y|ies)|trails?|activit(?:y|ies)|logs?)(?:_|$)"
)
"""The names of such tables. An outbox is none: what it announces must have happened."""

ENDS = ("commit", "rollback")


def journals(result: InjectionResult, control: ControlRun) -> frozenset[str]:
    """Return the tables whose new rows are notes about a disturbed request, and no part of it.

    Their name says so, no row of theirs was changed, and each was written in a transaction of its
    own, here and undisturbed: what shares a transaction with a row belongs to that.
    """
    exchanges = (result.exchange, control.exchange)
    return frozenset(
        table
        for table, (_, gone) in grown(result.before, result.after).items()
        if SAYS_SO.search(_words(table)) and not gone
        if control.growth.keys() - {table}  # a note is beside what it is about
        if all(_is_apart(_own_name(table), exchange) for exchange in exchanges)
    )


def _words(table: str) -> str:
    """The name of a table with its words apart: `AuditTrail` has two."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", table.rpartition(".")[2]).lower()


def _own_name(table: str) -> str:
    """The name of a table without its schema."""
    return table.rpartition(".")[2].lower()


def _is_apart(table: str, exchange: Exchange) -> bool:
    """Return whether no transaction wrote to this table and to others."""
    return all(
        len({names(table, [write]) for write in writes}) <= 1 for writes in _transactions(exchange)
    )


def _transactions(exchange: Exchange) -> Iterator[list[Event]]:
    """Give the writes of each transaction."""
    writes: dict[int | None, list[Event]] = {}
    for event in exchange.events:
        if event.writes:
            writes.setdefault(event.connection, []).append(event)
        elif event.kind in ENDS:
            yield writes.pop(event.connection, [])
    yield from writes.values()
