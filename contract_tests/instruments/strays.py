"""Connections of a service to anything beside its database, in this process or in others."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


class Refused(ConnectionRefusedError):  # noqa: N818 - what a server says that is not there
    """The service asked for a database that the kit did not make."""


@dataclass(frozen=True)
class Stray:
    """An attempt to connect elsewhere: where to, of which kind, how to name it, the app's line."""

    place: str
    kind: str = ""
    address: str = ""
    where: str = ""

    @property
    def at(self) -> str:
        """The app's line in words, where it is known."""
        return f" ({self.where})" if self.where else ""


class Strays:
    """Keeps strays in a folder, so that the processes of one run know of each other's.

    The folder also remembers the files that the service itself made during the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._noted = folder / "strays"
        self._made = folder / "made"

    def add(self, stray: Stray) -> None:
        """Keep a stray."""
        _append(self._noted, asdict(stray))

    def first(self) -> Stray | None:
        """Give the first stray that any process of the run has met."""
        try:
            return next((Stray(**row) for row in _rows(self._noted)), None)
        except FileNotFoundError:
            return None

    def is_new(self, file: Path) -> bool:
        """Return whether a file holds nothing from before the run; ask before it is written."""
        name = str(file.resolve())
        if not file.exists() or not file.stat().st_size:
            _append(self._made, name)
            return True
        return self._made.exists() and name in _rows(self._made)


def _append(file: Path, row: Any) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as lines:
        lines.write(json.dumps(row) + "\n")  # one write: lines of several processes do not mix


def _rows(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
