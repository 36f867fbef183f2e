"""A file of a copy beside what it came from and what the kit has now; three-way merges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ...rules.violation import UsageError
from .lock import Contents

INSTALL = "pip install 'pytest-crud-contract[vendor]'"
MARK = re.compile(rb"^(<<<<<<< here|>>>>>>> upstream)$", re.MULTILINE)
T = TypeVar("T")


class FileState(StrEnum):
    """A file of a copy, in comparison with the lock and with the kit."""

    IN_SYNC = "in sync"
    EDITED = "edited here"
    NEWER = "newer upstream"
    BOTH = "edited here and newer upstream"


STATES = {
    (False, False): FileState.IN_SYNC,
    (True, False): FileState.EDITED,
    (False, True): FileState.NEWER,
    (True, True): FileState.BOTH,
}


def states_of(
    base: Mapping[str, T], here: Mapping[str, T], upstream: Mapping[str, T]
) -> dict[str, FileState]:
    """Give the state of each file that came or would come. Files of the team's own have none.

    What is absent on one side was added or removed; what is the same here and upstream is in sync.
    """
    return {
        name: FileState.IN_SYNC
        if here.get(name) == upstream.get(name)
        else STATES[here.get(name) != base.get(name), upstream.get(name) != base.get(name)]
        for name in sorted({*base, *upstream})
    }


@dataclass(frozen=True)
class Merged:
    """The content of a file after a merge, None for no file; a conflict is to be resolved."""

    content: bytes | None
    is_conflict: bool = False


def merge_file(name: str, base: Contents, here: Contents, upstream: Contents) -> Merged:
    """Take what is newer upstream into a file, and keep what was edited here.

    A file that is gone on one side and changed on the other stays as it is here: a conflict.
    """
    came, mine, new = base.get(name), here.get(name), upstream.get(name)
    state = states_of({name: came}, {name: mine}, {name: new})[name]
    if state is not FileState.BOTH:
        return Merged(new if state is FileState.NEWER else mine)
    if mine is None or new is None:
        return Merged(mine, is_conflict=True)
    merged = _three_way(came or b"", mine, new)
    return Merged(merged, is_conflict=is_unresolved(merged))


def is_unresolved(content: bytes) -> bool:
    """Return whether marks of a conflict are in a file."""
    return bool(MARK.search(content))


def _three_way(base: bytes, here: bytes, upstream: bytes) -> bytes:
    try:
        from merge3 import Merge3
    except ModuleNotFoundError:
        raise UsageError(f"a merge of edited files needs the library merge3: {INSTALL}") from None
    merge = Merge3(_lines(base), _lines(here), _lines(upstream))
    return b"".join(merge.merge_lines(b"here", b"upstream", reprocess=True))


def _lines(content: bytes) -> list[bytes]:
    """Give the lines; one without an end would run into the mark behind it."""
    return [line + b"\n" for line in content.splitlines()]
