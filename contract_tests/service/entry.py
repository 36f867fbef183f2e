"""The credentials of the run: where they end in the midst of it, nothing more can be judged."""

from __future__ import annotations

from collections.abc import Callable

from ..instruments.exchange import Exchange
from ..rules.violation import CannotGoOn

UNAUTHORIZED = 401


class Entry:
    """Remembers that the service turned the credentials of the run away, until it is asked again.

    One 401 may be an operation's own; that the plainest request is turned away too tells.
    """

    def __init__(self, headers: tuple[tuple[str, str], ...]) -> None:
        self._headers = set(headers)
        self._turned_away: Exchange | None = None

    def note(self, exchange: Exchange) -> None:
        """Remember an exchange if the credentials were sent and turned away."""
        is_ours = bool(self._headers) and self._headers <= set(exchange.request.headers)
        if exchange.status == UNAUTHORIZED and is_ours:
            self._turned_away = self._turned_away or exchange

    def require(self, look: Callable[[], Exchange], suspect: str = "") -> None:
        """Raise `CannotGoOn` if a look is turned away as well. Nobody looks before a 401.

        `suspect` is the operation that was sent when the credentials may have ended.
        """
        if self._turned_away is None:
            return
        first, again = self._turned_away, look()
        self._turned_away = None
        if again.status == UNAUTHORIZED:
            raise CannotGoOn(_revoked(suspect, again) if suspect else _ended(first, again))


def _ended(first: Exchange, again: Exchange) -> str:
    return (
        f"the credentials of the run have ended: {first}, and then {again}. Give some with "
        "--contract-header that last until it is over"
    )


def _revoked(suspect: str, again: Exchange) -> str:
    return (
        f"{suspect} ended the credentials of the run ({again}). Leave out the operations beside "
        "the collection with -k 'not others', or give credentials that it does not revoke with "
        "--contract-header"
    )
