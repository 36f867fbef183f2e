"""Types of columns, as a database spells them, beside those of the models."""

from __future__ import annotations

import re

INTEGERS = ("SMALLINT", "INTEGER", "BIGINT")
TEXTS = re.compile(r"(?:VARCHAR|TEXT)(?:\((\d+)\))?")


def holds(stored: str, declared: str) -> bool:
    """Return whether a column of one type keeps all that another type may put into it."""
    if stored in INTEGERS and declared in INTEGERS:
        return INTEGERS.index(stored) >= INTEGERS.index(declared)
    there, meant = TEXTS.fullmatch(stored), TEXTS.fullmatch(declared)
    if there is None or meant is None:
        return False
    return there[1] is None or (meant[1] is not None and int(there[1]) >= int(meant[1]))
