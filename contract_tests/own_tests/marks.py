"""The mark by which a test says how it is watched."""

from __future__ import annotations

from typing import Any

import pytest

from ..rules.violation import UsageError
from ..rules.watches import WATCHES
from .plan import Plan

MARK = "contract_watch"
"""The mark of a test by which it is watched in another way than the ini file says."""

MARK_LINE = (
    f"{MARK}(*watches, residents=(), off=''): watch this test for {', '.join(WATCHES)}; "
    "or do not watch it, with the reason in `off`"
)


def plan_of(item: pytest.Item, usual: Plan) -> Plan:
    """Return how a test is watched: its closest mark goes before the ini file.

    Raises `UsageError` for a mark that cannot be understood.
    """
    mark = item.get_closest_marker(MARK)
    if mark is None:
        return usual
    given, names = dict(mark.kwargs), tuple(map(str, mark.args))
    off, residents = given.pop("off", None), _names(given.pop("residents", ()))
    where = f"{item.nodeid}: the mark {MARK}"
    if given:
        raise UsageError(f"{where}: unknown {next(iter(given))!r}. Valid: residents, off")
    if off is not None and not (off and isinstance(off, str)):
        raise UsageError(f"{where}: `off` is {off!r}; write the reason, such as off='uses fork'")
    unknown = [name for name in names if name not in WATCHES]
    if unknown:
        raise UsageError(f"{where}: {unknown[0]!r} is no watch. Valid: {', '.join(WATCHES)}")
    if off:
        return Plan()
    asked = usual.but(names, residents)
    return asked if asked.watches else asked.but(WATCHES, ())


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(map(str, given))
