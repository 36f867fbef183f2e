"""The verdict where none of the wrong bodies was refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable, Undecided


def no_refusal(sent: Iterable[Exchange]) -> NoReturn:
    """End a judgement of refusals that had none to look at.

    Raises `NotApplicable` for a service that takes whatever it is sent, and `Undecided` if it
    failed instead.
    """
    failed = [exchange for exchange in sent if exchange.failed]
    if failed:
        raise Undecided(f"no invalid body was refused, and one led to a server error: {failed[0]}")
    raise NotApplicable("the service takes every body that could be sent")
