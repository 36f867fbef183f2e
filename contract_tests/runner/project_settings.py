"""The settings of the project that one is in, for commands that read them without pytest."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..rules.violation import UsageError

PLACES = {
    "pytest.toml": "",
    ".pytest.toml": "",
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
"""The files that pytest reads, in its order, and what makes one of them pytest's."""


def settings_file(folder: Path) -> Path | None:
    """Return the file with the settings of the project that one is in, if there is any."""
    for place in (folder, *folder.parents):
        for name, section in PLACES.items():
            if (place / name).is_file() and section in (place / name).read_text(encoding="utf-8"):
                return place / name
    return None


def value_of(settings: Path | None, key: str) -> str:
    """Return a value of the settings of pytest; empty without one."""
    found = _written(settings, key)
    return found if isinstance(found, str) else ""


def values_of(settings: Path | None, key: str) -> tuple[str, ...]:
    """Return the values of a key that takes several: a list of TOML, or a line each."""
    found = _written(settings, key)
    lines = found.splitlines() if isinstance(found, str) else found
    return tuple(line.strip() for line in lines if line.strip())


def _written(settings: Path | None, key: str) -> str | list[str]:
    """Return what is written at a key. Raises `UsageError` for a file that cannot be read."""
    if settings is None:
        return ""
    text = settings.read_text(encoding="utf-8")
    try:
        found = _tables(settings, text).get(key, "")
    except (configparser.Error, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{settings}: {' '.join(str(error).split())}") from None
    return [str(each) for each in found] if isinstance(found, list) else str(found or "")


def _tables(settings: Path, text: str) -> Mapping[str, Any]:
    """Return the keys that are pytest's."""
    if settings.suffix != ".toml":
        parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
        parser.read_string(text)
        section = PLACES[settings.name].strip("[]") or "pytest"
        return parser[section] if parser.has_section(section) else {}
    tables, name = tomllib.loads(text), "pytest"
    if settings.stem == "pyproject":
        tables, name = tables.get("tool", {}).get("pytest", {}), "ini_options"
    keys: Mapping[str, Any] = tables.get(name, tables)
    return keys
