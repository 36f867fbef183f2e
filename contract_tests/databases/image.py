"""The rows of a database at one moment, each as a text that its vendor can read back exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

RowKey = tuple[str, ...]
Image = Mapping[str, Mapping[RowKey, str]]
"""By table and key. In a table without a key a row is its own key, and equal ones are numbered."""


class Difference(NamedTuple):
    """A row that is not as it was; `was` or `now` is None where there is no such row."""

    table: str
    key: RowKey
    was: str | None
    now: str | None


Differences = Sequence[Difference]


class Notes(Protocol):
    """Keeps the state of a database that is not the kit's, so that it can be put back later too."""

    def begin(self, image: Image) -> None:
        """Take note of all rows, before the first request."""

    def note(self, found: Differences) -> None:
        """Take note of rows that are about to be put back; of none when that is done."""


class NoNotes:
    """Nobody is told."""

    def begin(self, image: Image) -> None:
        """Do nothing."""

    def note(self, found: Differences) -> None:
        """Do nothing."""


def image_differences(was: Image, now: Image) -> Differences:
    """Give every row of `now` that is not as it was, and every one that is missing."""
    found = []
    for table in sorted({*was, *now}):
        before, after = was.get(table, {}), now.get(table, {})
        keys = sorted({key for key, _ in before.items() ^ after.items()})
        found += [Difference(table, key, before.get(key), after.get(key)) for key in keys]
    return found


def still_so(noted: Differences, now: Image) -> Differences:
    """Give the differences that are there as they were noted."""
    return [each for each in noted if now.get(each.table, {}).get(each.key) == each.now]


def numbered(rows: Iterable[str]) -> dict[RowKey, str]:
    """Give the rows of a table without a key, equal ones told apart by their number."""
    seen: Counter[str] = Counter()
    found: dict[RowKey, str] = {}
    for row in rows:
        seen[row] += 1
        found[row, f"#{seen[row]}"] = row
    return found


def counted(found: Differences) -> str:
    """Say how many rows of which tables there are: `items 2, notes 1`."""
    tables = Counter(each.table for each in found)
    return ", ".join(f"{table} {count}" for table, count in sorted(tables.items()))


def normalized_id(value: object) -> str:
    """Give one spelling to all that a service may read as the same id: `07`, `7.0`, a UUID's."""
    text = str(value).strip().strip('"').replace("-", "").casefold()
    return str(int(text)) if text.isdecimal() and text.isascii() else text.removesuffix(".0")


def ids_in(image: Image) -> frozenset[str]:
    """Give the parts of all keys, each in its one spelling."""
    return frozenset(normalized_id(part) for rows in image.values() for key in rows for part in key)
