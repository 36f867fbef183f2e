"""The mark of a test that is run once for each point of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..rules.points import Kind

EVERY = "contract_every"
"""The mark of a test that is run once for each point."""

EVERY_LINE = f"{EVERY}(sweep): run this test once for each point; set by @every_fault and the like"


@dataclass(frozen=True)
class SweepMark:
    """One kind of points, at each of which a test is run; `other` is what is interleaved with it.

    It is what the mark of the test holds.
    """

    kind: Kind
    other: Callable[..., Any] | None = None
