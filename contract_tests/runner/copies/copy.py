"""A copy of the kit as it is now, beside what it came from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ... import __version__
from ...rules.editions import NEWEST
from ...rules.violation import UsageError
from .edits import BESIDE
from .lock import LOCK, Contents, read_base, read_contents, read_lock, write_lock
from .origins import origin_of
from .place import is_kit, whole_copy

VERSION = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)
PRUNED = ("node_modules", "__pycache__")


@dataclass(frozen=True)
class Copy:
    """A copy in a folder: what it came from, what it is now, and what the kit would bring."""

    folder: Path
    version: str
    edition: str
    base: Contents
    here: Contents
    upstream: Contents


def open_copy(folder: Path, kit: Path) -> Copy:
    """Read a copy. Raises `UsageError` if it is none, or if nobody knows what it came from.

    `kit` is the one to compare it with; a copy can only be compared with what it came from.
    """
    if not is_kit(folder):
        raise UsageError(f"{folder} is no copy of the contract: contract-tests vendor makes one")
    here, lock = read_contents(folder), read_lock(folder)
    if lock is None:
        return _unlocked(folder, here, kit)
    base = read_base(folder)
    upstream = dict(base) if is_copy(kit) else whole_copy(kit, len(folder.parts))
    if lock.version == __version__:
        # Made anew, they would tell of the libraries that happen to be installed.
        upstream |= {name: base[name] for name in BESIDE if name in base}
    return Copy(folder, lock.version, lock.edition, base, here, upstream)


def save_copy(folder: Path, upstream: Contents, changed: Mapping[str, bytes | None]) -> None:
    """Write the files of a copy that change, None for one that goes, and what it comes from now."""
    for name, content in changed.items():
        path = folder / name
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    write_lock(folder, __version__, str(NEWEST), upstream)


def _unlocked(folder: Path, here: Contents, kit: Path) -> Copy:
    """Take a copy without a lock for one of this version, if it says so."""
    found = VERSION.search(here.get("__init__.py", b"").decode())
    number = found[1] if found else "of no version"
    if is_copy(kit) or number != __version__:
        raise UsageError(
            f"{folder} has no {LOCK}{_brought(folder)}, so its edits cannot be told. "
            f"It is {number}: contract-tests vendor {folder} of that version adds one"
        )
    upstream = whole_copy(kit, len(folder.parts))
    # What a copy has beside the kit was not there to be edited.
    base = {name: content for name, content in upstream.items() if name not in BESIDE}
    return Copy(folder, number, str(NEWEST), base, here, upstream)


def _brought(folder: Path) -> str:
    origin = origin_of(folder)
    return f" ({origin})" if origin else ""


def is_copy(kit: Path) -> bool:
    """Return whether a kit is itself a copy that `contract-tests vendor` made."""
    return (kit / LOCK).is_file()


def only_copy() -> Path:
    """Find the one copy below this folder. Raises `UsageError` for none, or several."""
    found = list(_copies())
    if not found:
        raise UsageError(f"there is no {LOCK} below this folder: name the folder of the copy")
    if len(found) > 1:
        raise UsageError(f"there are several copies: name one of {', '.join(map(str, found))}")
    return found[0]


def _copies() -> Iterator[Path]:
    for folder, below, files in os.walk("."):
        is_pruned = "pyvenv.cfg" in files
        below[:] = sorted(
            name for name in below if not (is_pruned or name.startswith(".") or name in PRUNED)
        )
        if LOCK in files:
            yield Path(folder)
