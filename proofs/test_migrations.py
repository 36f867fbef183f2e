"""Migrations are found, taken revision by revision with rows, and compared with the models."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from contract_tests.instruments.confinement import VARIABLE, Children
from contract_tests.rules.violation import Undecided, UsageError
from contract_tests.scenarios.migrations.drift import drift_between
from contract_tests.scenarios.migrations.steps import Walked, is_said
from contract_tests.service.address import environment
from contract_tests.service.migrations.door import MigrationsDoor
from contract_tests.service.migrations.environment import MigrationsEnvironment, MigrationsFailed
from contract_tests.service.migrations.project import MigrationsProject, find_project
from contract_tests.service.migrations.remote import finding
from contract_tests.service.migrations.stored_rows import (
    TableRows,
    as_plain_text,
    choices_in,
    fill,
    read_rows,
    reflected,
)
from contract_tests.service.migrations.walk import RevisionStep, Walk, row_changes
from contract_tests.service.migrations.widths import holds
from contract_tests.service.preparing import run_command

ENV = """
import sqlalchemy as sa
from alembic import context
engine = sa.create_engine({url!r}, poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {number!r}, {after!r}
def upgrade():
    {up}
def downgrade():
    {down}
"""
CREATE = "op.create_table('things', sa.Column('id', sa.Integer, primary_key=True))"
KEYED = {"id": "INTEGER", "c": "TEXT"}
NOTHING: dict[str, list[str]] = {"tables": [], "unique": [], "checks": [], "enums": []}


def project(folder: Path, *revisions: tuple[str, str]) -> MigrationsEnvironment:
    """Write a project with these revisions, each an upgrade and a downgrade."""
    versions = folder / "versions"
    versions.mkdir()
    (folder / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "%(here)s"\n')
    (folder / "env.py").write_text(ENV.format(url=f"sqlite:///{folder}/migrated.db"))
    for number, (up, down) in enumerate(revisions, 1):
        after = str(number - 1) if number > 1 else None
        text = REVISION.format(number=str(number), after=after, up=up, down=down)
        (versions / f"r{number}.py").write_text(text)
    found = find_project("shop:app", (folder,))
    assert found is not None
    return MigrationsEnvironment(found)


def walk(environment_: MigrationsEnvironment, *, stairs: bool = True) -> list[Any]:
    """Take every revision of a project."""
    url = make_url(f"sqlite:///{environment_.project.folder}/migrated.db")
    return list(Walk(environment_, MigrationsDoor(url)).steps(stairs=stairs))


def test_where_locks_are_not_told_nobody_is_said_to_wait(tmp_path: Path) -> None:
    """Nothing is known of writers then, which is not to say that none was blocked."""
    index = ("op.create_index('ix', 'things', ['id'])", "op.drop_index('ix', 'things')")
    steps = walk(project(tmp_path, (CREATE, "op.drop_table('things')"), index), stairs=False)
    assert [step.blocked for step in steps] == [None, None]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("alembic.ini", "[alembic]"),
        ("pyproject.toml", "[tool.alembic]"),
        ("shop/api/alembic.ini", "[alembic]"),
        ("src/shop/alembic.ini", "[alembic]"),
    ],
)
def test_migrations_are_found(tmp_path: Path, place: str, text: str) -> None:
    """In the project's folder, in its pyproject.toml, or beside the app."""
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    expected = MigrationsProject(path, tmp_path)
    assert expected == find_project("shop.api.main:app", (tmp_path,))


def test_a_project_without_settings_has_no_migrations(tmp_path: Path) -> None:
    """A pyproject.toml of something else is none."""
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]")
    assert find_project("shop:app", (tmp_path,)) is None


def test_migrations_that_are_not_where_they_were_said_to_be(tmp_path: Path) -> None:
    """The error says what would be valid."""
    with pytest.raises(UsageError, match=r"--contract-migrations db: there is no alembic\.ini"):
        find_project("shop:app", (tmp_path,), "db")


def test_a_step_that_is_declared_impossible(tmp_path: Path) -> None:
    """A revision that raises NotImplementedError is not blamed, and one that SQLite refuses is."""
    declared = project(tmp_path, (CREATE, "raise NotImplementedError"))
    (step,) = walk(declared)
    assert (step.is_declared, step.down_failure) == (True, "")


def test_a_step_that_the_library_cannot_take(tmp_path: Path) -> None:
    """Alembic raises the same error where SQLite has no such ALTER."""
    refused = project(tmp_path, (CREATE, "op.create_check_constraint('c', 'things', 'id > 0')"))
    (step,) = walk(refused)
    assert not step.is_declared
    assert step.down_failure.startswith("NotImplementedError: No support for ALTER")


def test_a_downgrade_that_leaves_something(tmp_path: Path) -> None:
    """What is left is named, and so is the upgrade that fails for it."""
    (step,) = walk(project(tmp_path, (CREATE, "pass")))
    assert "tables: things is left" in step.remains
    assert "table things already exists" in step.again_failure


def test_rows_stand_in_the_way(tmp_path: Path) -> None:
    """The first revision fills nothing; before the second there are rows, which it refuses."""
    check = "op.execute('create unique index u on things (1)')"
    first, second = walk(project(tmp_path, (CREATE, "raise NotImplementedError"), (check, "pass")))
    assert (first.tables, second.tables) == ([], ["things"])
    assert second.up_failure.startswith("IntegrityError: (sqlite3.IntegrityError) UNIQUE")


def test_a_command_that_fails_is_told_with_its_line(tmp_path: Path) -> None:
    """One line, with the line of the project."""
    broken = project(tmp_path, ("raise ValueError('no such mood')", "pass"))
    with pytest.raises(MigrationsFailed, match=r"ValueError: no such mood \(r1\.py:6\)"):
        broken.upgrade()


def test_a_walk_that_stops_is_told_with_its_reason() -> None:
    """A revision that fails is the reason why none was filled or taken back."""
    failed = Walked((RevisionStep("a1", up_failure="RuntimeError: no loop"),))
    assert failed.why_unfilled == "revision a1: RuntimeError: no loop"
    assert failed.why_never_down == "no revision was taken back: revision a1: RuntimeError: no loop"


def test_a_walk_to_its_end_tells_what_revisions_are_like() -> None:
    """They have no rows before them, and their way back fails, or is none."""
    taken = Walked((RevisionStep("a1"),))
    assert taken.why_unfilled == "no revision comes after a table that takes rows"
    assert taken.why_never_down == "no revision was taken back: none says that it can be"
    refused = Walked((RevisionStep("a1", down=True, down_failure="KeyError"),))
    assert refused.why_never_down == "no revision was taken back: each downgrade fails"


def test_an_act_that_fails_has_found_nothing() -> None:
    """What was asked for is undecided, and the failure is the reason."""
    assert finding({"failure": "", "found": None}, "compare") is None
    with pytest.raises(Undecided, match=r"compare of the migrations: KeyError: 'url'"):
        finding({"failure": "KeyError: 'url'"}, "compare")


def test_rows_of_every_type() -> None:
    """Each type has a value, choices are taken from conditions, a refusal has a reason."""
    metadata = sa.MetaData()
    kinds: tuple[Any, ...] = (
        sa.Boolean,
        sa.Float,
        sa.Numeric(9, 2),
        sa.DateTime,
        sa.Date,
        sa.Time,
        sa.LargeBinary,
    )
    columns = [sa.Column(f"c{n}", kind, nullable=False) for n, kind in enumerate((*kinds, sa.JSON))]
    mood = sa.Column("mood", sa.String(1), sa.CheckConstraint("mood IN ('a', 'b')"))
    sa.Table("things", metadata, sa.Column("id", sa.Integer, primary_key=True), mood, *columns)
    sa.Table("odd", metadata, sa.Column("x", sa.Integer, sa.CheckConstraint("x > 9"), unique=True))
    with sa.create_engine("sqlite://").begin() as connection:
        metadata.create_all(connection)
        known = choices_in(iter([("things", "mood IN ('a', 'b')")]))
        refused = fill(connection, reflected(connection), known)
        rows = read_rows(connection, reflected(connection))["things"].rows
    assert list(refused) == ["odd"]
    assert [row["mood"] for row in rows.values()] == ["a", "b"]
    assert all(None not in row.values() for row in rows.values())


def table(kind: str, **values: str | None) -> dict[str, TableRows]:
    """A table with these values in a column of a type."""
    return {"t": TableRows({key: {"c": value} for key, value in values.items()}, {"c": kind})}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (table("TEXT", a="1", b="2"), 0),
        (table("TEXT", a="1"), 1),
        (table("TEXT", a="1", b="two"), 1),
        (table("INTEGER", a="1", b="2"), 0),
        (table("JSON", a='"1"', b='"2"'), 0),
        (table("INTEGER", a="1", b="1"), 1),
        (table("INTEGER", a="1", b=None), 1),
        ({}, 0),
    ],
)
def test_what_became_of_rows(after: dict[str, TableRows], expected: int) -> None:
    """A value in another form is kept where the type is another; one that is lost is not."""
    assert expected == len(row_changes("up", table("TEXT", a="1", b="2"), after, after))


def test_rows_are_followed_where_their_key_is_another() -> None:
    """Ids that become UUIDs lose no row; one that is gone is counted."""
    old = TableRows({"1": {"id": "1", "c": "a"}, "2": {"id": "2", "c": "b"}}, KEYED, ("id",))
    new: dict[str, dict[str, str | None]] = {"x": {"id": "x", "c": "b"}, "y": {"id": "y", "c": "a"}}
    as_uuid = {"t": TableRows(new, KEYED | {"id": "UUID"}, ("id",))}
    assert row_changes("up", {"t": old}, as_uuid, as_uuid) == []
    fewer = {"t": TableRows({"x": new["y"]}, KEYED | {"id": "UUID"}, ("id",))}
    assert [each["gone"] for each in row_changes("up", {"t": old}, fewer, fewer)] == [1]


def test_a_value_is_a_text_in_any_type() -> None:
    """A number, a boolean and a moment are the same in whatever column."""
    assert tuple(map(as_plain_text, (1, True, 1.0, 2.5))) == ("1", "1", "1", "2.5")


def test_what_a_revision_says_it_changes() -> None:
    """An UPDATE of the table itself, and no table of a similar name."""
    assert is_said("tags", ['update "public"."tags" set x = 1'])
    assert not is_said("tags", ["UPDATE tags_old SET x = 1", "DROP TABLE tags"])


def compared(*differences: tuple[str, str], **shape: list[str]) -> dict[str, Any]:
    """A database beside its models."""
    return {"differences": [*map(list, differences)], "shape": NOTHING | shape}


def test_what_models_do_not_get_either_is_no_difference() -> None:
    """A type that reads otherwise in a database made from the models is none."""
    noise = ("modify_type", "type of t.c: TEXT in the database, UUID in the model")
    assert both(compared(noise), compared(noise)) == ((), ())
    assert ((noise[1],), ()) == both(compared(noise), compared())
    assert both(compared(noise), None) == ((), ())


def both(found: dict[str, Any], control: dict[str, Any] | None) -> tuple[Any, Any]:
    """The harmful differences, and the others."""
    drift = drift_between(found, control)
    return drift.harmful, drift.others


@pytest.mark.parametrize(
    ("stored", "declared", "expected"),
    [
        ("TEXT", "VARCHAR", True),
        ("TEXT", "VARCHAR(80)", True),
        ("VARCHAR(80)", "VARCHAR(80)", True),
        ("VARCHAR(40)", "VARCHAR(80)", False),
        ("VARCHAR(40)", "TEXT", False),
        ("BIGINT", "INTEGER", True),
        ("INTEGER", "BIGINT", False),
        ("VARCHAR", "UUID", False),
        ("CITEXT", "VARCHAR", False),
    ],
)
def test_a_wider_type_keeps_what_the_models_store(
    stored: str,
    declared: str,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Texts of another length, and integers; any other two types are strange to each other."""
    assert holds(stored, declared) is expected


def test_a_value_of_an_enum_that_only_the_models_have() -> None:
    """The value is named; one that only the database has does no harm."""
    found, declared = compared(enums=["kind a, c"]), compared(enums=["kind a, b"])
    assert both(found, declared) == (("no value b of kind",), ())


def test_uniqueness_is_told_once() -> None:
    """An index that is unique stands for a constraint; a missing one is harmful, by any name."""
    index = ("remove_index_unique", "index u on t(c)")
    constraint = ("add_constraint", "constraint on t(c)")
    same = compared(index, constraint, unique=["t(c)"])
    assert len(both(same, compared(unique=["t(c)"]))[1]) == 2
    assert both(compared(constraint), compared(unique=["t(c)"])) == (("t(c) is not unique",), ())


def test_a_command_of_the_kit_is_led_where_it_was_begun_for(tmp_path: Path) -> None:
    """What the service begins is led with it; the kit says itself where its own commands lead."""
    with environment({VARIABLE: "of the service"}), Children(), environment({VARIABLE: "another"}):
        run_command(f'test "${VARIABLE}" = another', tmp_path)
    with environment({VARIABLE: "of the service"}), Children(), environment({VARIABLE: "another"}):
        asked = [sys.executable, "-c", f"import os; print(os.environ['{VARIABLE}'])"]
        assert begun(asked) == "of the service"


def begun(command: list[str]) -> str:
    """Run a command with an environment of its own, as a service may."""
    environ = dict(os.environ)
    return subprocess.check_output(command, env=environ, text=True).strip()
