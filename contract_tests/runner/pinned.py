"""Read a pinned interface from its file. Each mistake in it is a `UsageError` of one line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..rules.violation import UsageError
from .option_values import REFERENCE, suggestion

if TYPE_CHECKING:
    from ..scenarios.interface.record import Interface

EDITION = "edition"
WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list of texts",
}
"""The forms of values, as a mistake tells what would be valid."""


def read_pinned(path: Path) -> Interface:
    """Return the interface that a file pins. Raises `UsageError` if it is none."""
    from ..scenarios.interface.record import SECTIONS, Interface

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        way = "`contract-tests pin` writes one, and `reference` is one that comes with the kit"
        reason = f"{path} cannot be read ({error.strerror}): {way}"
        raise UsageError(f"--contract-interface (contract_interface): {reason}") from None
    except ValueError as error:
        raise UsageError(f"{path} is no TOML: {error}") from None
    _refuse(path, content, [EDITION, *SECTIONS])
    made = {name: _section(path, name, content[name]) for name in SECTIONS if name in content}
    return replace(Interface(edition=str(content.get(EDITION, ""))), **made)


def is_interface(path: Path) -> bool:
    """Return whether a file pins anything: other tools have a `contract.toml` of theirs.

    One that cannot be read may: whoever reads it says what is wrong with it.
    """
    from ..scenarios.interface.record import SECTIONS, keys_of

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return any(
        isinstance(table, Mapping) and any(key.name in table for key in keys_of(section))
        for section in SECTIONS
        if (table := content.get(section))
    )


def title_of(path: Path, interface: Interface) -> str:
    """Name a pinned interface, as reports do."""
    name = "the reference interface" if path == REFERENCE else f"the interface of {path.name}"
    return f"{name}, edition {interface.edition}" if interface.edition else name


def _section(path: Path, section: str, content: object) -> Any:
    from ..scenarios.interface.record import FORM, SECTIONS, keys_of

    if not isinstance(content, Mapping):
        raise UsageError(f"{path}: {section} is no table")
    forms = {key.name: key.metadata[FORM] for key in keys_of(section)}
    _refuse(path, content, list(forms), f"{section}.")
    values = {
        name: _value(f"{path}: {section}.{name}", value, forms[name])
        for name, value in content.items()
    }
    return SECTIONS[section](**values)


def _refuse(path: Path, content: Mapping[str, Any], known: list[str], before: str = "") -> None:
    """Raise `UsageError` for a key that no interface has."""
    unknown = next((name for name in content if name not in known), None)
    if unknown is not None:
        near = suggestion(unknown, known)
        raise UsageError(f"{path}: unknown key {before + unknown!r}{near}")


def _value(where: str, value: Any, form: Any) -> Any:
    """Return a value in the form of its key, lists as tuples."""
    if isinstance(form, dict):
        if not isinstance(value, Mapping):
            raise UsageError(f"{where} is no table")
        (inner,) = form.values()
        return {name: _value(f"{where}.{name}", each, inner) for name, each in value.items()}
    if form is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    # A number with a fraction may be written without one; true is no number.
    if type(value) is form or (form is float and type(value) is int):
        return value
    raise UsageError(f"{where} = {value!r} is not {WORDS[form]}")
