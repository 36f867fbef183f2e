"""Elements of HTML, whose text cannot be taken for markup whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Final

from ..escaping import visible

EMPTY: Final = frozenset({"br", "input", "link", "meta"})
"""Elements that have no end."""

_CODE = re.compile("`([^`]+)`")


class Markup(str):
    """Text that is HTML already; any other text is escaped where an element takes it in."""

    __slots__ = ()


Child = str | None
Value = str | int | float | bool | None


def element(tag: str, *children: Child, **attributes: Value) -> Markup:
    """Return an element with its attributes and children; what is None is left out.

    An attribute that is a word of Python ends in `_`, and `_` inside it stands for `-`:
    `element("td", "1 < 2", class_="cell", data_rule="SES-03")`.
    """
    opened = f"<{tag}{''.join(_attribute(*each) for each in attributes.items())}>"
    if tag in EMPTY:
        return Markup(opened)
    return Markup(f"{opened}{joined(children)}</{tag}>")


def joined(children: Iterable[Child]) -> Markup:
    """Return the children one after the other, each escaped unless it is markup."""
    return Markup("".join(escaped(child) for child in children if child is not None))


def escaped(text: str) -> Markup:
    """Return text as HTML that shows it, and nothing but its characters."""
    return text if isinstance(text, Markup) else _escaped(text)


# A page says the same words, and has the same places in pictures, thousands of times.
@lru_cache(maxsize=65536)
def _escaped(text: str) -> Markup:
    return Markup(escape(visible(text)))


def advice(text: str) -> Markup:
    """Return words of a rule: what is between backticks is code."""
    parts = _CODE.split(text)
    return joined(element("code", part) if n % 2 else part for n, part in enumerate(parts))


@lru_cache(maxsize=65536, typed=True)
def _attribute(name: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escaped(str(value))}"'
