"""The Alembic project of a service: its settings, and the folder that it is run from."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...rules.violation import UsageError

if TYPE_CHECKING:
    from alembic.config import Config

INI = "alembic.ini"
TOML = "pyproject.toml"


@dataclass(frozen=True)
class MigrationsProject:
    """A project that keeps its schema with Alembic. `settings` is its ini file or pyproject.toml.

    `folder` is where its commands are run.
    """

    settings: Path
    folder: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments by which the command line of Alembic finds the settings."""
        return () if self.settings.name == TOML else ("-c", os.path.relpath(*self._both))

    @property
    def _both(self) -> tuple[Path, Path]:
        return self.settings, self.folder

    def config(self, **options: Any) -> Config:
        """Make the settings as Alembic's commands take them."""
        from alembic.config import Config

        if self.settings.name != TOML:
            return Config(str(self.settings), **options)
        return Config(str(self.folder / INI), toml_file=str(self.settings), **options)


def find_project(app: str, roots: tuple[Path, ...], given: str = "") -> MigrationsProject | None:
    """Find the migrations: those that were given, or those in the project's folder or by the app.

    None if there are none, or if Alembic is not installed here. Raises `UsageError` if there are
    none where they were said to be.
    """
    if find_spec("alembic") is None:
        return None
    if given:
        return _given(roots[0], given)
    found = ((path, root) for root in roots for path in _usual(app, root) if has_settings(path))
    path, root = next(found, (None, None))
    return MigrationsProject(path, root) if path and root else None


def has_settings(path: Path) -> bool:
    """Return whether a file has the settings of Alembic."""
    if not path.is_file() or path.suffix != ".toml":
        return path.is_file()
    try:
        return "alembic" in tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


def _given(root: Path, given: str) -> MigrationsProject:
    place = root / given
    choices = (place / INI, place / TOML) if place.is_dir() else (place,)
    for path in choices:
        if has_settings(path):
            return MigrationsProject(path, root)
    raise UsageError(
        f"--contract-migrations {given}: there is no {INI} in {root}; name the file with the "
        f"settings of Alembic ({INI}, or a {TOML} with [tool.alembic]), or its folder"
    )


def _usual(app: str, root: Path) -> Iterator[Path]:
    """Give the places where the settings of Alembic may be, the nearest to the project first."""
    yield root / INI
    yield root / TOML
    parts = app.partition(":")[0].split(".")
    for base in (root, root / "src"):
        for depth in range(len(parts)):
            yield base.joinpath(*parts[: depth + 1], INI)
