"""The credentials of the run: where they end in the midst of it, nothing more can be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from ..instruments.exchange import Exchange
from ..rules.violation import CannotGoOn, NotApplicable, Undecided

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

    def require(self, look: Callable[[], Exchange]) -> None:
        """Raise `CannotGoOn` if a look is turned away as well. Nobody looks before a 401."""
        first = self._turned_away
        if first is None:
            return
        again = look()
        # After the look, which is noted as every request is.
        self._turned_away = None
        if again.status == UNAUTHORIZED:
            raise CannotGoOn(_ended(first, again))

    def regain(
        self, look: Callable[[], Exchange], suspect: str, ways: Iterable[Callable[[], object]]
    ) -> bool:
        """Return whether `suspect` has ended the credentials, which the service takes again.

        The `ways` to have that are gone one by one. Raises `CannotGoOn` if none leads there.
        """
        if self._turned_away is None:
            return False
        again = look()
        self._turned_away = None
        if again.status != UNAUTHORIZED:
            return False
        for way in ways:
            with suppress(NotApplicable, Undecided):
                way()
                if look().status != UNAUTHORIZED:
                    self._turned_away = None
                    return True
        raise CannotGoOn(_revoked(suspect, again))


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
