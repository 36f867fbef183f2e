"""Ids of the suite's tests as pytest prints them, which name no folder."""

from __future__ import annotations

import re
from pathlib import Path

SUITE = Path(__file__).parent.parent / "suite"
SHOWN = re.compile(rf"(?:{SUITE.name}/)?(?P<file>test_\w+\.py)(?P<test>::.*)?", re.DOTALL)


def found_in_suite(word: str, folder: Path) -> str:
    """Return a word of the command line, with the whole path if it is the id of such a test.

    pytest prints `test_crud.py::test_...` of what lies outside of the project: this finds it again
    from any folder, unless there is a file of that name.
    """
    shown = SHOWN.fullmatch(word)
    if shown is None or (folder / word.partition("::")[0]).exists():
        return word
    place = SUITE / shown["file"]
    return f"{place}{shown['test'] or ''}" if place.exists() else word
