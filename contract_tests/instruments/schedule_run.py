"""The order in which requests went through their database calls, and what is known about it."""

from __future__ import annotations

from collections.abc import Sequence

from .scheduled_request import ScheduledRequest


class ScheduleRun:
    """Follows a schedule: the letters of those who go on, one for each call.

    A letter that cannot go on, or is not there, means the first who can. `taken` is the schedule
    as it was, `options` the letters that could have gone on at each choice, `waited` the most
    that waited for locks at once. `guesses` counts requests that went astray: they neither came
    back nor could be seen to wait. `unheld` counts calls that nothing could hold, since a driver
    without asyncio was used on the event loop. Errors of the kit are kept in `faults`.
    """

    def __init__(self, schedule: str) -> None:
        self.schedule = schedule
        self.taken = ""
        self.options: list[str] = []
        self.waited = 0
        self.guesses = 0
        self.unheld = 0
        self.has_forks = False
        self.faults: list[str] = []
        self._told: list[str] = []

    @property
    def story(self) -> str:
        """The calls in their order: ``A:SELECT B:SELECT A:UPDATE B:UPDATE(waits) A:COMMIT``."""
        return " ".join(self._told)

    @property
    def is_exact(self) -> bool:
        """Return whether the same schedule, on the same state, brings the same about again.

        Of several that wait for a lock, the server chooses who is next; of a request that makes
        several calls at once (`has_forks`), nobody knows which comes first.
        """
        is_orderly = self.waited <= 1 and not self.has_forks
        is_seen = not (self.guesses or self.unheld or self.faults)
        return is_orderly and is_seen and self.taken.startswith(self.schedule)

    @property
    def following(self) -> str | None:
        """The schedule that differs latest from the one taken; None after the last of all."""
        for place in reversed(range(len(self.taken))):
            later = self.options[place].partition(self.taken[place])[2]
            if later:
                return self.taken[:place] + later[0]
        return None

    def choose(self, able: Sequence[ScheduledRequest]) -> ScheduledRequest:
        """Let one of these go on."""
        wanted = self.schedule[len(self.taken) : len(self.taken) + 1]
        chosen = next((scheduled for scheduled in able if scheduled.letter == wanted), able[0])
        self.taken += chosen.letter
        self.options.append("".join(scheduled.letter for scheduled in able))
        self._told.append(chosen.goes())
        return chosen

    def notes_waiting(
        self, waiting: Sequence[ScheduledRequest], chosen: ScheduledRequest | None
    ) -> None:
        """Record the requests that wait for a lock, perhaps the last one to go on among them."""
        self.waited = max(self.waited, len(waiting))
        if chosen in waiting:
            self._told[-1] += "(waits)"

    def notes_lost(self, astray: Sequence[ScheduledRequest]) -> None:
        """Record the requests that are neither at the gate, nor waiting, nor at their end."""
        self.guesses += len(astray)
        for scheduled in astray:
            scheduled.is_off_schedule = True
