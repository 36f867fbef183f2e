"""The rules whose code is not the kit's any more: a verdict by a copy must not hide its edits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .lock import hashes_of, read_base, read_contents, read_lock

RULE = re.compile(r'(?:judges\(|\bid=)"([A-Z]{3}-\d\d)"')
"""A rule, in the code that judges it or that has its words."""

ALL = "all rules"
OF_RULES = ("suite/", "rules/")
"""The folders whose files belong to rules; on every other file all rules depend."""

BESIDE = ("conftest.py", "LICENSE", "requirements.txt")
"""The files of a copy in which no rule has code."""


def edited_rules(folder: Path) -> dict[str, list[str]]:
    """Give each file that was edited in a copy, and the ids of its rules; nothing without a lock.

    A run asks this once: hashes are compared, and what came is read only for what was edited.
    """
    lock = read_lock(folder)
    if lock is None:
        return {}
    here = read_contents(folder)
    hashes = hashes_of(here)
    edited = [n for n, came in lock.files.items() if hashes.get(n) != came and n not in BESIDE]
    base = read_base(folder) if edited else {}
    found = {n: _rules_in(n, base.get(n, b""), here.get(n, b"")) for n in edited}
    return {name: rules for name, rules in found.items() if rules}


def edits_of(rule: str, edited: Mapping[str, Sequence[str]]) -> str:
    """Name the edited files on which a rule depends; empty if there are none."""
    return ", ".join(name for name, rules in edited.items() if {rule, ALL} & {*rules})


def _rules_in(name: str, base: bytes, here: bytes) -> list[str]:
    """Give the rules whose part of a file is another one; all of the file's for any other part."""
    if not name.startswith(OF_RULES):
        return [ALL]
    before, after = _parts(base.decode()), _parts(here.decode(errors="replace"))
    changed = {rule for rule in {*before, *after} if before.get(rule) != after.get(rule)}
    if "" in changed:
        return sorted({*before, *after} - {""}) or [ALL]
    return sorted(changed)


def _parts(text: str) -> Mapping[str, str]:
    """Give the code of each rule in a module, and under an empty name all other code."""
    parts: dict[str, str] = {}
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {"": text}
    for code in _statements(tree, text.splitlines()):
        for rule in set(RULE.findall(code)) or {""}:
            parts[rule] = f"{parts.get(rule, '')}\n{code}"
    return parts


def _statements(tree: ast.Module, lines: list[str]) -> Iterator[str]:
    """Give the lines of each statement, its decorators and the comments above it among them."""
    end = 0
    for node in tree.body:
        yield "\n".join(line for line in lines[end : node.end_lineno] if line.strip())
        end = node.end_lineno or end
