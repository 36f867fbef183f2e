"""Make the request behind an alarm as simple as it may be, and still raise that alarm."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .case_generator import Drawer, seed_of, strategy_of
from .executor import Alarm
from .fuzz_cases import Draw

Sent = Callable[[Any], list[Alarm]]


def shrink(alarm: Alarm, drawer: Drawer, hear: Sent) -> Alarm:
    """The alarm raised by the simplest request found; the alarm itself if none is simpler.

    `hear` sends a card to a service as it was before the first, and gives the alarms it raises.
    The whole draw is drawn again at the most; simplifying has a limit of its own.
    """
    from ...generation.searching import search

    card = alarm.card
    draw = Draw.parse(card.draw)
    if card.phase == "boundary" or draw is None:
        return alarm  # boundaries are simple, and what was kept has been simplified

    def look(case: Any) -> Alarm | None:
        try:
            tried = drawer.card(case, card.phase, card.draw, card.number)
        except Exception:  # noqa: BLE001 - what cannot be sent raises no alarm
            return None
        wanted = replace(tried, aims=card.aims)
        return next((one for one in hear(wanted) if one.key == alarm.key), None)

    strategy = strategy_of(drawer.operations[card.operation], card.phase)
    seed = seed_of(card.operation, card.phase, draw)
    found = search(strategy, look, seed=seed, count=draw.count)
    return replace(found, times=alarm.times) if found else alarm
