"""The file between a pytest run and the process that watches it; needs no pytest to be read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "CONTRACT_CLOSING"
"""Names the file that a process which watches this one wants the record in."""


def add_line(path: Path, line: str) -> None:
    """Add a line to the record. Opened each time: an app may close what it has not opened."""
    with suppress(OSError), path.open("a", encoding="utf-8") as record:
        record.write(f"{line}\n")


@dataclass(frozen=True)
class ClosingRecord:
    """The record of a run: its last place, the code it decided, whether it told of its end."""

    place: str = ""
    code: int | None = None
    is_told: bool = False

    @classmethod
    def read(cls, path: Path) -> ClosingRecord:
        """Read the record; what is not in it was not written."""
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        lines = [line.partition(" ") for line in text.splitlines()]
        places = [rest for word, _, rest in lines if word == "at"]
        codes = [int(rest) for word, _, rest in lines if word == "closed"]
        is_told = any(word == "told" for word, _, _ in lines)
        return cls(places[-1] if places else "", codes[-1] if codes else None, is_told)
