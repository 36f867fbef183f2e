"""The shape of a schema: what the database itself tells of its tables, as lines to compare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import Connection, Inspector

Shape = dict[str, list[str]]
"""The lines of each kind: tables, columns, keys, unique, indexes, checks, enums."""


def shape_of(connection: Connection, without: tuple[str, ...] = ()) -> Shape:
    """Describe the tables of the usual schema, `without` those of the migrations themselves."""
    inspector = inspect(connection)
    shape: Shape = {"tables": [], "columns": [], "keys": [], "unique": []}
    shape |= {"indexes": [], "checks": [], "enums": list(_enums(inspector))}
    for table in sorted(set(inspector.get_table_names()) - set(without)):
        shape["tables"].append(table)
        for kind, line in _lines(connection, inspector, table):
            shape[kind].append(line)
    return {kind: sorted(lines) for kind, lines in shape.items()}


def _lines(connection: Connection, inspector: Inspector, table: str) -> Iterator[tuple[str, str]]:
    for column in inspector.get_columns(table):
        yield "columns", _column(connection, table, column)
        if values := getattr(column["type"], "enums", None):
            yield "enums", f"{table}.{column['name']} {', '.join(values)}"
    yield from _keys(inspector, table)
    for index in inspector.get_indexes(table):
        names = _names(index["column_names"])
        yield ("unique" if index.get("unique") else "indexes"), f"{table}({names})"
    for found in _answers(inspector, "get_check_constraints", table):
        yield "checks", f"{table} {_plain(found['sqltext'])}"


def _keys(inspector: Inspector, table: str) -> Iterator[tuple[str, str]]:
    primary = inspector.get_pk_constraint(table)
    yield "keys", f"{table} primary key {_names(primary.get('constrained_columns', ()))}"
    for key in inspector.get_foreign_keys(table):
        options = " ".join(f"{n} {v}" for n, v in sorted(key.get("options", {}).items()) if v)
        there = f"{key['referred_table']}({_names(key['referred_columns'])})"
        yield "keys", f"{table}({_names(key['constrained_columns'])}) to {there} {options}".strip()
    for found in _answers(inspector, "get_unique_constraints", table):
        yield "unique", f"{table}({_names(found['column_names'])})"


def _column(connection: Connection, table: str, column: Any) -> str:
    kind = str(column["type"])
    with suppress(Exception):  # a type that only its own dialect can spell
        kind = column["type"].compile(dialect=connection.dialect)
    null = "null" if column["nullable"] else "not null"
    default = f" default {column['default']}" if column.get("default") is not None else ""
    return f"{table}.{column['name']} {kind} {null}{default}"


def _enums(inspector: Inspector) -> Iterator[str]:
    # Only some dialects have types of this kind, and a question for them.
    for found in getattr(inspector, "get_enums", list)():
        yield f"{found['name']} {', '.join(found['labels'])}"


def _answers(inspector: Inspector, question: str, table: str) -> list[Any]:
    with suppress(NotImplementedError):  # of a dialect that does not tell
        return list(getattr(inspector, question)(table))
    return []


def _names(names: Any) -> str:
    return ", ".join(str(name) for name in names or ())


def _plain(sql: str) -> str:
    """A condition without what databases and authors spell as they like."""
    return re.sub(r"""[\s"`\[\]()']""", "", sql).casefold()
