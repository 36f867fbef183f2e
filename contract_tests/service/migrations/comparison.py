"""The schema that the migrations make beside the one that the models declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.engine import Dialect

from .door import MigrationsDoor
from .environment import MigrationsEnvironment
from .shape import Shape, shape_of
from .widths import holds


@dataclass(frozen=True)
class Compared:
    """A database beside the models that env.py names: the differences, and its own shape.

    Each difference has a kind of Alembic's, and its words.
    """

    differences: tuple[tuple[str, str], ...]
    shape: Shape


def compared(environment: MigrationsEnvironment, door: MigrationsDoor) -> Compared | None:
    """Compare the database with the models as Alembic does; None if env.py names no models.

    Types and defaults are compared too, whatever env.py says; what it leaves out stays left out.
    """
    found: list[list[tuple[str, str]] | None] = []
    own: list[str] = []

    def ask(context: Any) -> None:
        own.append(context.version_table)
        found.append(_differences(context))

    environment.ask(ask)
    if found[0] is None:
        return None
    shape = door.ask(lambda connection: shape_of(connection, tuple(own)))
    return Compared(tuple(found[0]), shape)


def create_declared(environment: MigrationsEnvironment, door: MigrationsDoor) -> None:
    """Create what the models declare, past the migrations."""
    declared: list[MetaData] = []
    environment.ask(lambda context: declared.extend(_models(context)))
    for metadata in declared:
        door.ask(metadata.create_all)


def _differences(context: Any) -> list[tuple[str, str]] | None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    models = _models(context)
    if not models:
        return None
    # A function of env.py that compares types or defaults in its own way is left in place.
    asked = {name: context.opts.get(name) or True for name in ("compare_type", DEFAULTS)}
    opts = {**context.opts, **asked}
    thorough = MigrationContext.configure(connection=context.connection, opts=opts)
    declared = context.opts["target_metadata"]
    return list(_described(compare_metadata(thorough, declared), context.dialect))


DEFAULTS = "compare_server_default"


def _models(context: Any) -> list[MetaData]:
    declared = context.opts.get("target_metadata")
    if declared is None:
        return []
    return [declared] if isinstance(declared, MetaData) else list(declared)


def _described(differences: Iterable[Any], dialect: Dialect) -> Iterator[tuple[str, str]]:
    for difference in differences:
        # Alembic gives the changes of one column together.
        for each in difference if isinstance(difference, list) else [difference]:
            yield from _line(each, dialect)


def _line(difference: Any, dialect: Dialect) -> Iterator[tuple[str, str]]:
    kind = str(difference[0])
    if kind.endswith("comment"):
        return
    if kind.startswith("modify_"):
        _, _schema, table, column, known, old, new = difference
        words = f"{table}.{column}: {_shown(old)} in the database, {_shown(new)} in the model"
        is_default = kind == "modify_default" and old is None and not known["existing_nullable"]
        is_wider = kind == "modify_type" and holds(old.compile(dialect), new.compile(dialect))
        sort = f"{kind}{'_needed' * is_default}{'_wider' * is_wider}"
        yield sort, f"{kind.removeprefix('modify_')} of {words}"
    elif kind.endswith("_column"):
        _, _schema, table, column = difference
        is_needed = not column.nullable and column.server_default is None
        is_extra = kind == "remove_column" and is_needed
        yield f"{kind}{'_needed' * is_extra}", f"column {table}.{column.name}"
    else:
        is_unique = kind.endswith("_index") and bool(difference[1].unique)
        yield f"{kind}{'_unique' * is_unique}", _thing(kind, difference[1])


def _thing(kind: str, thing: Any) -> str:
    """A table, an index or a constraint in words."""
    word = kind.partition("_")[2].replace("_", " ").replace("fk", "foreign key")
    if word == "table":
        return f"table {thing.name}"
    columns = ", ".join(column.name for column in getattr(thing, "columns", ()))
    return f"{word} {thing.name or ''} on {thing.table.name}({columns})".replace("  ", " ")


def _shown(value: Any) -> str:
    """A type, a default or a permission of NULL in words."""
    if isinstance(value, bool):
        return "nullable" if value else "not null"
    return str(getattr(value, "arg", value))
