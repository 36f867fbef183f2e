"""The words of a driver whose call failed, as short as they are looked up."""

from __future__ import annotations

import re

from ..masking.cutting import cut
from .exchange import CAUSE

POINTING = "foreign key"
"""The words of every database for a row that names another one."""

# SQLAlchemy's adapters of asyncio drivers put the driver's own class in front of its words.
WRAPPED = re.compile(r"^<class '[^']*'>: ")


def driver_words(error: BaseException) -> str:
    """Return the kind of an error and the first line of what it says, cut to fit."""
    line = WRAPPED.sub("", str(error).partition("\n")[0].strip())
    return cut(f"{type(error).__name__}: {line}" if line else type(error).__name__, CAUSE)


def names_another_row(words: str) -> bool:
    """Return whether a database refused a row for another one that it names."""
    return POINTING in words.lower()
