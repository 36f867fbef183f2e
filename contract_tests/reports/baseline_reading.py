"""Read the list of known findings: every mistake in it is one line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..rules import RULES
from ..rules.violation import UsageError
from .baseline import KnownFinding

TABLE = "known"
CONDITIONS = ("database", "python", "profile")
KEYS = tuple(each.name for each in fields(KnownFinding))
DEMANDED = ("rule", "finding", "cases", "reason")


def baseline_text(path: Path) -> str:
    """Return the text of a file. Raises `UsageError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        way = "`contract-tests baseline create` writes one"
        raise UsageError(f"there is no baseline {path}: {way}") from None
    except (OSError, UnicodeError) as error:
        raise UsageError(f"the baseline {path} cannot be read: {error}") from None


def read_entries(text: str, name: str) -> tuple[KnownFinding, ...]:
    """Return the entries of a file. Raises `UsageError` for the first mistake."""
    problems = list(problems_in(text, name))
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UsageError(f"{problems[0]}{more}; `contract-tests baseline check` tells them all")
    return tuple(_entry(row) for row in tomllib.loads(text).get(TABLE, []))


def problems_in(text: str, name: str) -> Iterator[str]:
    """Give a line for each mistake in a file."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield f"{name}: no TOML: {error}"
        return
    yield from (f"{name}: {words}" for words in _unknown(content, (TABLE,)))
    rows = content.get(TABLE, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield f"{name}: entries are tables, each under [[{TABLE}]]"
        return
    seen: set[tuple[object, ...]] = set()
    for place, row in enumerate(rows, 1):
        wrong = [*_mistakes(row)] or [*_repeated(row, seen)]
        yield from (f"{name}: entry {place} ({row.get('rule', 'no rule')}): {w}" for w in wrong)


def _mistakes(row: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(row, KEYS)
    missing = [key for key in DEMANDED if not row.get(key)]
    if missing:
        yield f"without {', '.join(missing)}"
    texts = [key for key in ("rule", "finding", "reason", "issue") if key in row]
    yield from (f"{key} should be a text" for key in texts if not isinstance(row[key], str))
    if isinstance(row.get("rule"), str) and row["rule"] not in (ids := [r.id for r in RULES]):
        yield f"there is no rule {row['rule']!r}{_near(row['rule'], ids)}"
    if row.get("cases") and not _is_texts(row["cases"]):
        yield "cases should be a list of texts"
    expires = row.get("expires")
    if expires is not None and (isinstance(expires, datetime) or not isinstance(expires, date)):
        yield "expires should be a date without quotes, such as 2027-03-31"
    if not isinstance(row.get("strict", True), bool):
        yield "strict should be true or false"
    yield from _conditions(row.get("condition", {}))


def _conditions(condition: object) -> Iterator[str]:
    if not isinstance(condition, dict):
        yield 'condition should be a table, such as { database = "…", python = "3.12" }'
        return
    yield from _unknown(condition, CONDITIONS)
    for key, value in condition.items():
        if not isinstance(value, str) and not _is_texts(value):
            yield f"{key} of the condition should be a text, or a list of texts"


def _repeated(row: Mapping[str, Any], seen: set[tuple[object, ...]]) -> Iterator[str]:
    """Give a line for a case that stands there twice, and note those that do not."""
    for case in row["cases"]:
        key = (row["rule"], row["finding"], case, str(row.get("condition")))
        if key in seen:
            yield f'"{row["finding"]}" is listed twice for {case}'
        seen.add(key)


def _unknown(table: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    for key in table:
        if key not in known:
            near = _near(key, known) or "."
            yield f"unknown key {key!r}{near} Valid: {', '.join(known)}"


def _near(word: str, known: tuple[str, ...] | list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _entry(row: Mapping[str, Any]) -> KnownFinding:
    condition = {
        name: (value,) if isinstance(value, str) else tuple(value)
        for name, value in row.get("condition", {}).items()
    }
    return KnownFinding(**{**row, "cases": tuple(row["cases"]), "condition": condition})
