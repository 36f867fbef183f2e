"""What a driver said is told as it is looked up: its kind, its first line, nothing around them."""

from __future__ import annotations

import pytest

from contract_tests.instruments.driver_words import driver_words, names_another_row
from contract_tests.instruments.exchange import CAUSE

REFUSED = "FOREIGN KEY constraint failed"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database is locked", "RuntimeError: database is locked"),
        (
            "<class 'driver.errors.Closed'>: connection is closed",
            "RuntimeError: connection is closed",
        ),
        ("no such table: items\nDETAIL: of 3 tables", "RuntimeError: no such table: items"),
        ("", "RuntimeError"),
    ],
)
def test_the_first_line_is_told(said: str, told: str) -> None:
    """The class that SQLAlchemy puts in front is left out, and so is what follows."""
    assert told == driver_words(RuntimeError(said))


def test_what_is_told_is_short() -> None:
    """A driver may repeat a whole statement."""
    assert len(driver_words(RuntimeError("x" * 1000))) == CAUSE


def test_another_row_is_named_in_any_case() -> None:
    """Each database has its own spelling of a key that points nowhere."""
    assert names_another_row(driver_words(RuntimeError(REFUSED)))
    assert not names_another_row(driver_words(RuntimeError("UNIQUE constraint failed")))
