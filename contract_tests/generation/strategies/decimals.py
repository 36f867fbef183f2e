"""Decimal numbers as pydantic declares them: a number, or a text of a long expression."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from ..samples.values import Bound
from .strategy import Strategy

_DECIMAL = "^(?!^[-+.]*$)"
_WHOLE = re.compile(r"\\d\{0,(\d+)\}")
_PLACES = re.compile(r"\\\.\\d\{0,(\d+)\}")
_USUAL_WHOLE, _USUAL_PLACES = 8, 2
_EXACT = 15
"""Digits that every float keeps."""


def is_decimal(pattern: object) -> bool:
    """Return whether this is the expression pydantic writes for a decimal number."""
    return isinstance(pattern, str) and pattern.startswith(_DECIMAL)


def decimal_texts(
    pattern: str, low: Bound = (None, False), high: Bound = (None, False)
) -> Strategy:
    """Decimal numbers of as many digits as the expression allows, written out."""
    return _decimals(pattern, low, high).map(lambda number: f"{number:f}")


def decimal_numbers(pattern: str, low: Bound, high: Bound) -> Strategy:
    """The same as JSON numbers, of no more digits than a float keeps."""
    return _decimals(pattern, low, high, _EXACT).map(float)


def _decimals(pattern: str, low: Bound, high: Bound, longest: int = 10**3) -> Strategy:
    whole, places = _WHOLE.search(pattern), _PLACES.search(pattern)
    fraction = int(places[1]) if places else (0 if whole else _USUAL_PLACES)
    digits = min((int(whole[1]) if whole else _USUAL_WHOLE) + fraction, longest)
    first, last = -(10**digits) + 1, 10**digits - 1
    if low[0] is not None:
        first = max(first, _steps_up(low[0], 10**fraction, is_open=low[1]))
    if high[0] is not None:
        last = min(last, -_steps_up(-high[0], 10**fraction, is_open=high[1]))
    # Of a wide range the ends alone would hardly ever be drawn.
    steps = st.integers(first, last) | st.sampled_from([first, last])
    return steps.map(lambda step: Decimal(step).scaleb(-fraction))


def _steps_up(limit: Fraction, scale: int, *, is_open: bool) -> int:
    """The first of the steps that is not below the limit."""
    exact = limit * scale
    # Rounded up, since `//` rounds down; an open limit that is a step itself is passed.
    return -int(-exact // 1) + (is_open and exact.denominator == 1)
