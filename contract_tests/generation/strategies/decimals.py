"""Decimal numbers as pydantic declares them: a number, or a text of a long expression."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from ..samples.reading import Settled
from ..samples.values import grid
from .strategy import Strategy

_DECIMAL = "^(?!^[-+.]*$)"
_WHOLE = re.compile(r"\\d\{0,(\d+)\}")
_PLACES = re.compile(r"\\\.\\d\{0,(\d+)\}")
_USUAL_WHOLE, _USUAL_PLACES = 8, 2
_EXACT = 15
"""Digits that every float keeps."""

NOTHING_SAID: Settled = {}


def is_decimal(pattern: object) -> bool:
    """Return whether this is the expression pydantic writes for a decimal number."""
    return isinstance(pattern, str) and pattern.startswith(_DECIMAL)


def decimal_texts(pattern: str, number: Settled = NOTHING_SAID) -> Strategy:
    """Decimal numbers of as many digits as the expression allows, written out.

    `number` is the schema of the same as a JSON number: it has the bounds, and the step.
    """
    return _decimals(pattern, number).map(lambda value: f"{value:f}")


def decimal_numbers(pattern: str, number: Settled) -> Strategy:
    """The same as JSON numbers, of no more digits than a float keeps."""
    return _decimals(pattern, number, _EXACT).map(float)


def _decimals(pattern: str, number: Settled, longest: int = 10**3) -> Strategy:
    whole, places = _WHOLE.search(pattern), _PLACES.search(pattern)
    fraction = int(places[1]) if places else (0 if whole else _USUAL_PLACES)
    digits = min((int(whole[1]) if whole else _USUAL_WHOLE) + fraction, longest)
    unit = Fraction(1, 10**fraction)
    step, low, high = grid(dict(number) | {"multipleOf": _common(unit, number.get("multipleOf"))})
    most = (10**digits - 1) * unit // step
    first = -most if low is None else max(-most, low)
    last = most if high is None else min(most, high)
    # Of a wide range the ends alone would hardly ever be drawn.
    steps = st.integers(first, last) | st.sampled_from([first, last])
    # Read from text, which is exact: arithmetic rounds to the 28 digits of the usual context.
    return steps.map(lambda place: Decimal(f"{place * step / unit}e-{fraction}"))


def _common(unit: Fraction, asked: object) -> Fraction:
    """The smallest step that is a whole number of units, and a multiple of what is asked for."""
    if not asked:
        return unit
    multiple = Fraction(str(asked)) / unit
    return multiple.numerator * unit
