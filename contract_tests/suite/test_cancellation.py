"""Cancellation: a request is cancelled at every one of its awaits, in every way there is."""

from __future__ import annotations

import pytest

from ..acts.questions import keeps, leaves_open
from ..acts.sweeps import ROLES, Sweeps
from ..judge import Judge, judges
from ..resource import Role
from ..rules import cancellation as rules

EDGE = ("cancel", "late", "timeout")
"""The ways in which a cancellation comes once."""

each_role = pytest.mark.parametrize("role", ROLES)


@judges(rules.RETURNED)
@each_role
def test_a_cancelled_request_returns_its_connections(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """Wherever it is cancelled, no connection is out when it has ended."""
    points = sweeps.of("cancellation", role, *EDGE)
    judge.each(points, keeps, expected="every connection back")


@judges(rules.ENDED)
@each_role
def test_a_cancelled_request_ends_its_transaction(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """Wherever and however it is cancelled, the database knows no transaction of it."""
    judge.each(sweeps.of("cancellation", role), leaves_open, expected="no transaction open")
