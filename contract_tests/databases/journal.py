"""Keep the state of a database that the run did not make, for a process that outlives the run."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from .database import DatabaseUnavailable
from .image import Difference, Differences, Image
from .places import place_at

LOCAL = {"": "127.0.0.1", "localhost": "127.0.0.1", "::1": "127.0.0.1"}


class Journal:
    """The files of one database: all rows as they were, and those that are being put back.

    Each is written beside its place and renamed, so that what is there is whole.
    """

    def __init__(self, stem: Path) -> None:
        self.lock = stem.with_suffix(".lock")
        self._image = stem.with_suffix(".rows")
        self._notes = stem.with_suffix(".notes")

    @classmethod
    def of(cls, url: URL) -> Journal:
        """Give the journal of a database, whoever uses it. Its name tells nothing of the address.

        Raises `DatabaseUnavailable` if there is no private place for it.
        """
        return cls(private_folder() / hashlib.sha256(_address(url).encode()).hexdigest()[:24])

    def begin(self, image: Image) -> None:
        """Keep all rows."""
        self._notes.unlink(missing_ok=True)
        _write(self._image, {table: [*rows.items()] for table, rows in image.items()})

    def note(self, found: Differences) -> None:
        """Keep the rows that are about to be put back; none when that is done."""
        _write(self._notes, list(found))

    def read(self) -> tuple[Image | None, Differences]:
        """Give what was kept; None if nothing was."""
        kept = _read(self._image)
        if kept is None:
            return None, ()
        noted = [Difference(t, tuple(key), *row) for t, key, *row in _read(self._notes) or ()]
        return {table: {tuple(k): row for k, row in rows} for table, rows in kept.items()}, noted

    def set_aside(self) -> Path:
        """Keep the rows under another name, for their owner to look at, and say where."""
        kept = self._image.with_suffix(f".{os.getpid()}.left")
        self._image.rename(kept)
        self.remove()
        return kept

    def remove(self) -> None:
        """Remove what was kept, once all is as it was."""
        for path in (self._image, self._notes):
            path.unlink(missing_ok=True)

    def release(self) -> None:
        """Remove the file of the lock, which this process has."""
        self.lock.unlink(missing_ok=True)


def private_folder() -> Path:
    """Give the folder of this user alone, made on first use."""
    place = Path(tempfile.gettempdir()) / f"contract-tests-existing-{_user()}"
    with suppress(FileExistsError):
        place.mkdir(mode=0o700)
    # Not `stat`: somebody else may have put a link to another folder there.
    found = place.lstat()
    is_mine = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not _is_open(found))
    if not (stat.S_ISDIR(found.st_mode) and is_mine):
        raise DatabaseUnavailable(
            f"{place} is not a folder of this user alone (mode 0700), and rows of others are kept "
            "there during the run. Remove it, or set TMPDIR to another folder"
        )
    return place


def _is_open(found: os.stat_result) -> bool:
    return bool(stat.S_IMODE(found.st_mode) & 0o077)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


def _address(url: URL) -> str:
    """Give one spelling to the addresses of one database, whoever is let in there."""
    place = place_at(url)
    if place.is_file:
        return f"{place.kind} {os.path.realpath(url.database or '')}"
    host = LOCAL.get(url.host or "", url.host)
    return f"{place.kind} {host} {place.port} {url.database}"


def _write(place: Path, found: Any) -> None:
    aside = place.with_suffix(f"{place.suffix}.{os.getpid()}")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
        json.dump(found, file)
    aside.replace(place)


def _read(place: Path) -> Any:
    """Give what is written there; None if nothing is, or nothing that can be read."""
    try:
        return json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
