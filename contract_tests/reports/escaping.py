"""Texts of a service, made harmless for the formats that they are shown in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)
"""Characters that steer a terminal, turn a line round, are not seen, or may be in no XML."""

_MARKS = re.compile(r"[&<>`|*_\[\]\\~#@!$\"]|:(?=//)|(?<=www)\.")
"""Characters with a meaning within a line of Markdown, or in what it takes for a link."""

_CODE = re.compile("(`[^`]+`)")


def visible(text: str) -> str:
    r"""Write characters that cannot be seen as escapes, such as ``\x1b``; lines and tabs stay."""
    return _UNSEEN.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def in_markdown(text: str) -> str:
    """Return a text as one line of Markdown that means nothing but its characters.

    A character reference never has the effect of the character, in a table neither.
    """
    return _escaped(_line(text))


def advice_in_markdown(text: str) -> str:
    """Return words of a rule as one line of Markdown: what is between backticks is code."""
    parts = _CODE.split(_line(text))
    return "".join(
        f"<code>{_escaped(part[1:-1])}</code>" if n % 2 else _escaped(part)
        for n, part in enumerate(parts)
    )


def _escaped(line: str) -> str:
    return _MARKS.sub(lambda found: f"&#{ord(found[0])};", line)


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def fenced(lines: list[str]) -> list[str]:
    """Return lines as a block of code in Markdown, which nothing in them can end."""
    shown = [line for text in lines for line in visible(text).split("\n")]
    longest = max((len(found) for line in shown for found in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *shown, fence]


def as_json_text(tree: object) -> str:
    """Return JSON that is to be read by other programs, with nothing in it that cannot be seen."""
    return json.dumps(_all_visible(tree), indent=1, ensure_ascii=False) + "\n"


def _all_visible(tree: object) -> object:
    if isinstance(tree, str):
        return visible(tree)
    if isinstance(tree, Mapping):
        return {visible(str(key)): _all_visible(value) for key, value in tree.items()}
    return [_all_visible(value) for value in tree] if isinstance(tree, list | tuple) else tree
