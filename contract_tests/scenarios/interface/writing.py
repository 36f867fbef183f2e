"""Write an interface as TOML: whole, or into a text whose comments and order are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from .comparing import OPEN
from .record import SECTIONS, Interface, known

WIDTH = 96
LONGEST = 70
"""Characters of a list that stands on one line."""

BY_PLACE = frozenset({"settings", "startup", "tables"})
"""Sections of which another database or way to the service shows less: that is no change."""


@dataclass
class Renewal:
    """A text that was renewed: what has changed in it, and what could be pinned and is not."""

    text: str
    changes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def renew_text(text: str, observed: Interface, *, is_whole: bool) -> Renewal:
    """Bring a text up to date. What it leaves out is added only if it is to be the whole."""
    import tomlkit

    document, found = tomlkit.parse(text), Renewal(text)
    for section, kind in SECTIONS.items():
        values = {key.name: _plain(value) for key, value in known(getattr(observed, section))}
        if section in document:
            _renew(document[section], values, section, found, is_whole=is_whole)
        elif values and is_whole:
            document.add(section, _table(values, wrap(kind.__doc__ or "", WIDTH)))
            found.changes.append(f"[{section}] is new")
        elif values:
            found.left_out.append(f"[{section}]")
    found.text = tomlkit.dumps(document)
    return found


def _renew(
    table: Any, values: Mapping[str, Any], path: str, found: Renewal, *, is_whole: bool
) -> None:
    """Bring a table up to date, key by key."""
    for name in [name for name in table if name not in values]:
        if values and path.partition(".")[0] not in BY_PLACE:
            found.changes.append(f"{path}.{name}  {_shown(table[name])} -> gone")
            del table[name]
    for name, value in values.items():
        place = f"{path}.{name}"
        if name in table and isinstance(value, Mapping):
            _renew(table[name], value, place, found, is_whole=is_whole)
        elif name in table:
            _replace(table, name, value, place, found)
        elif is_whole:
            found.changes.append(f"{place}  new: {_shown(value)}")
            table.add(name, _item(value))
        else:
            found.left_out.append(place)


def _replace(table: Any, name: str, value: Any, place: str, found: Renewal) -> None:
    """Write a value where another one is; lists are edited, for the sake of comments in them."""
    old = table[name]
    if not isinstance(value, list):
        if old != value:
            found.changes.append(f"{place}  {_shown(old)} -> {_shown(value)}")
            table[name] = value
        return
    gone = [each for each in old if each not in value]
    new = [each for each in value if each not in old]
    if gone or (new and place not in OPEN):
        before = _shown(old)
        for each in gone:
            old.remove(each)
        for each in new:
            old.append(each)
        found.changes.append(f"{place}  {before} -> {_shown(old)}")


def _table(values: Mapping[str, Any], comment: Sequence[str] = ()) -> Any:
    import tomlkit

    table = tomlkit.table()
    for line in comment:
        table.add(tomlkit.comment(line))
    # A key behind a table would be that table's.
    for name, value in sorted(values.items(), key=lambda pair: isinstance(pair[1], Mapping)):
        table.add(name, _table(value) if isinstance(value, Mapping) else _item(value))
    return table


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, Mapping):
        return _table(value)
    if not isinstance(value, list):
        return value
    array = tomlkit.array(json.dumps(value, ensure_ascii=False))
    return array.multiline(len(array.as_string()) > LONGEST)


def _plain(value: Any) -> Any:
    """Return a value of the record as TOML has it."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(value)
    return ", ".join(value) if isinstance(value, list) else str(value)
