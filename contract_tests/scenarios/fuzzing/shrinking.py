"""Make the request behind a failure as simple as it may be, and still raise that failure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .case_generator import CaseGenerator, seed_of, strategy_of
from .executor import CheckFailure
from .fuzz_cases import DrawSpec

Resend = Callable[[Any], list[CheckFailure]]


def shrink(failure: CheckFailure, drawer: CaseGenerator, resend: Resend) -> CheckFailure:
    """The failure raised by the simplest request found; the failure itself if none is simpler.

    `resend` sends a case to a service as it was before the first, and gives the failures it raises.
    The whole draw is drawn again at the most; simplifying has a limit of its own.
    """
    from ...generation.searching import search

    card = failure.card
    draw = DrawSpec.parse(card.draw)
    if card.phase == "boundary" or draw is None:
        return failure  # boundaries are simple, and what was kept has been simplified

    def look(case: Any) -> CheckFailure | None:
        try:
            tried = drawer.card(case, card.phase, card.draw, card.number)
        except Exception:  # noqa: BLE001 - what cannot be sent raises no failure
            return None
        wanted = replace(tried, aims=card.aims)
        return next((one for one in resend(wanted) if one.key == failure.key), None)

    strategy = strategy_of(drawer.operations[card.operation], card.phase)
    seed = seed_of(card.operation, card.phase, draw)
    found = search(strategy, look, seed=seed, count=draw.count)
    return replace(found, times=failure.times) if found else failure
