"""Whole numbers and others, both bounds among them on purpose."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from ..samples import values
from ..samples.reading import Settled
from .strategy import Strategy

_WHOLE = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1), "uint32": (0, 2**32 - 1)}
_INTEGERS = (-(2**31), 2**31 - 1)
_NUMBERS = (-1e9, 1e9)
_HUGE_STEP = 10**6


def integers(schema: Settled) -> Strategy:
    """Whole numbers between the bounds; those of a 32-bit column where there are none."""
    return _steps(schema, int)


def numbers(schema: Settled) -> Strategy:
    """Numbers between the bounds: multiples if the schema asks for them, else any float."""
    if schema.get("multipleOf"):
        return _steps(schema, float)
    (low, open_low), (high, open_high) = values.bounds(schema)
    least = float(low) if low is not None else min(_NUMBERS[0], float(high or 0))
    most = float(high) if high is not None else max(_NUMBERS[1], least)
    edges = [least] * (not open_low) + [most] * (not open_high)
    if schema.get("format") == "float" and low is None and high is None:
        return st.floats(least, most, width=32)
    inside = st.floats(least, most, exclude_min=open_low, exclude_max=open_high)
    return inside | st.sampled_from(edges) if edges else inside


def _steps(schema: Settled, kind: type[int | float]) -> Strategy:
    step, low, high = values.grid(schema)
    lowest, highest = _range(schema, step)
    first = low if low is not None else min(lowest, high or 0)
    last = high if high is not None else max(highest, first)
    # Hypothesis shrinks towards the first alternative: the boundaries come second.
    places = st.integers(first, last) | st.sampled_from([first, last])
    return places if kind is int and step == 1 else places.map(lambda place: kind(place * step))


def _range(schema: Settled, step: Fraction) -> tuple[int, int]:
    lowest, highest = _WHOLE.get(str(schema.get("format")), _INTEGERS)
    if step.denominator > 1:
        return -_HUGE_STEP, _HUGE_STEP
    return -int(-lowest // step), int(highest // step)
