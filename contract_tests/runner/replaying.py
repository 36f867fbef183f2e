"""A request that is to be sent again by its name: there must be one of that name."""

from __future__ import annotations

from ..rules.replay import Token
from ..rules.totals import Totals
from ..rules.violation import UsageError
from ..scenarios.faults.disturbances import KINDS
from ..scenarios.faults.outages import STATES


def require_way(token: Token) -> None:
    """Raise `UsageError` if the rules of the area disturb no request in this way."""
    if token.area not in KINDS:
        return
    valid = [*KINDS[token.area], *(STATES if token.area == "failures" else ())]
    if token.way not in valid:
        raise UsageError(
            f"--contract-replay {token}: {token.way!r} is no way to disturb a request by "
            f"{token.area}. Valid: {', '.join(valid)}"
        )


def is_sent(token: Token, totals: Totals) -> bool:
    """Return whether the request was sent again, where that can be counted."""
    is_counted = token.area in KINDS and token.way in KINDS[token.area]
    return not is_counted or any(totals.disturbed.values())
