"""Rows of a SQLite file that is not the kit's: read as texts, and put back where they stood."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..image import Differences, Image
from .catalog import HIDDEN_GENERATED, blocked, quote_name, table_names

VIRTUAL = "select name from sqlite_master where sql like 'create virtual table%'"


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that identify a row of a table, and all its columns, as quoted names.

    SQLite gives every row a number, which comes first in `key` and tells equal rows apart. Where
    there is none, all of the key is needed.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    has_number: bool

    @property
    def place(self) -> tuple[str, ...]:
        """Give the columns that identify exactly one row."""
        return self.key[:1] if self.has_number else self.key


def look(door: sqlite3.Connection) -> Image:
    """Read every row of every table; that of a virtual one is in the tables which it stands on."""
    # A text need not be UTF-8 in SQLite, and the driver raises an error for one that is not.
    door.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    virtual = {name for (name,) in door.execute(VIRTUAL).fetchall()}
    try:
        return {name: _rows(door, name) for name in table_names(door) if name not in virtual}
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise blocked(door, "be read") from error
    finally:
        door.text_factory = str


def begin(door: sqlite3.Connection) -> None:
    """Begin to put back: foreign keys look away. Raises `BackDoorBlocked` if somebody writes."""
    # Before the transaction: inside of one SQLite ignores it.
    door.execute("pragma foreign_keys = off")
    try:
        door.execute("begin immediate")
    except sqlite3.OperationalError as error:
        raise blocked(door, "be put back") from error


def mend(door: sqlite3.Connection, found: Differences) -> None:
    """Take away what is there, then store what was; what is refused is passed over."""
    known = {name: _table(door, name) for name in {each.table for each in found}}
    # All of these first: a changed row may hold the unique value of another one.
    for each in found:
        if each.now is not None:
            with suppress(sqlite3.Error):
                _delete(door, known[each.table], each.key)
    for each in found:
        if each.was is not None:
            with suppress(sqlite3.Error):
                _insert(door, known[each.table], each.was)


def _rows(door: sqlite3.Connection, name: str) -> dict[tuple[str, ...], str]:
    table = _table(door, name)
    chosen = ", ".join((*table.key, *table.columns))
    found = door.execute(f"select {chosen} from {quote_name(name)}").fetchall()
    depth = len(table.key)
    return {tuple(map(_text, row[:depth])): _text(row[depth:]) for row in found}


def _table(door: sqlite3.Connection, name: str) -> Table:
    described = door.execute(f"pragma table_xinfo({quote_name(name)})").fetchall()
    columns = tuple(quote_name(row[1]) for row in described if row[6] not in HIDDEN_GENERATED)
    keys = sorted((row[5], quote_name(row[1])) for row in described if row[5])
    key = tuple(column for _, column in keys)
    number = _number(door, name, {row[1].casefold() for row in described})
    if number and not (len(keys) == 1 and _is_integer(described, keys[0][1])):
        return Table(name, (number, *key), (number, *columns), has_number=True)
    return Table(name, key, columns, has_number=bool(number))


def _is_integer(described: list[Any], column: str) -> bool:
    """Tell a key that is but another name for the number of the row."""
    # By this word alone: a key that is declared INT is a column beside the number.
    return any(quote_name(row[1]) == column and row[2].upper() == "INTEGER" for row in described)


def _number(door: sqlite3.Connection, name: str, taken: set[str]) -> str:
    """Give the word for the number of a row; empty for a table that has none."""
    # A column of the same name hides the number.
    word = next(word for word in ("_rowid_", "rowid", "oid") if word not in taken)
    try:
        door.execute(f"select {word} from {quote_name(name)} limit 0")
    except sqlite3.OperationalError:
        return ""
    return word


def _delete(door: sqlite3.Connection, table: Table, key: tuple[str, ...]) -> None:
    cells = [_revived(json.loads(part)) for part in key[: len(table.place)]]
    same = " and ".join(
        f"{name} = {_mark(cell)}" for name, cell in zip(table.place, cells, strict=True)
    )
    door.execute(f"delete from {quote_name(table.name)} where {same}", [*map(_bound, cells)])


def _insert(door: sqlite3.Connection, table: Table, row: str) -> None:
    cells = [_revived(cell) for cell in json.loads(row)]
    marks = ", ".join(map(_mark, cells))
    names = ", ".join(table.columns)
    door.execute(
        f"insert into {quote_name(table.name)} ({names}) values ({marks})", [*map(_bound, cells)]
    )


def _text(value: object) -> str:
    # Python's JSON has words for infinity, and gives every float back as it was.
    return json.dumps(value, default=lambda raw: {"b": base64.b64encode(raw).decode()})


def _revived(cell: object) -> object:
    return base64.b64decode(cell["b"]) if isinstance(cell, dict) else cell


def _mark(cell: object) -> str:
    return "cast(? as text)" if _is_broken(cell) else "?"


def _bound(cell: Any) -> object:
    return cell.encode("utf-8", "surrogateescape") if _is_broken(cell) else cell


def _is_broken(cell: object) -> bool:
    """Tell a text that is no UTF-8, which the driver stores only as bytes that are cast."""
    return isinstance(cell, str) and any("\udc80" <= letter <= "\udcff" for letter in cell)
