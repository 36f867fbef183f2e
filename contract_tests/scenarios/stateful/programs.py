"""Look for the shortest program whose rows are not what its own successes made."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...rules.profile import Profile
from ...rules.violation import OutOfTime
from ...service.service import Service
from .confirmation import Doubt, is_so_without, is_way_of_fresh_rows
from .machine import Found, explore
from .model import Mismatch, MismatchKey, MismatchKind
from .program_runner import IdFrom, Play
from .program_shrinking import ProgramShrinking
from .steps import Program, Step, StepKind

SHRINKING = 500
"""The number of further requests sent to make the first program found a shorter one."""

TIMES = 3
"""The number of times that a surprise is looked into before it counts as the service's way."""


@dataclass(frozen=True)
class Counterexample:
    """A program, and what was surprising about its last answer.

    `story` is the order of the calls that were made together. `id_from` says where the answers to
    creates told their ids.
    """

    program: Program
    mismatch: Mismatch
    story: str = ""
    id_from: IdFrom = ""


@dataclass
class Tally:
    """The extent of a search."""

    programs: int = 0
    requests: int = 0
    rows: int = 0
    seeds: int = 0

    def __str__(self) -> str:
        """The tally in words."""
        return f"{self.programs} programs, {self.requests} requests, {self.seeds} seeds"


@dataclass
class Search:
    """Programs of the usual operations, and of one `extra` act, on one service.

    `kinds` are the surprises that count. All others end a program and are none of this search's
    affair. It `is_late` once the time of the run has ended it.
    """

    service: Service
    kinds: Collection[MismatchKind]
    extra: StepKind | None = None
    clock: Callable[[], float] = time.monotonic
    tally: Tally = field(default_factory=Tally)
    _usual: Counter[MismatchKey] = field(default_factory=Counter)
    finding: Counterexample | None = None
    is_late: bool = False

    def run(self, profile: Profile, seed: int, minutes: float = 0.0) -> Counterexample | None:
        """The shortest finding of one seed, or of as many as there is time for; None if none."""
        # Two at once, so that there are two connections where requests meet later.
        self.service.together(*[self.service.draft_of("read", self.service.absent_id())] * 2)
        ends = self.clock() + minutes * 60 * profile.is_endless
        while self.finding is None:
            explore(self.service, profile, seed + self.tally.seeds, self.extra, self._begin)
            self.tally.seeds += 1
            if self.clock() >= ends or self.is_late:
                break
        self.finding = self._shortest(self.finding) if self.finding else None
        return self.finding

    @property
    def doubt(self) -> Doubt:
        """Return a check for other explanations of a surprise."""
        return is_so_without(self.extra) if self.extra else is_way_of_fresh_rows

    # -- one program

    def _begin(self) -> tuple[Callable[[Step], bool], Callable[[], None]]:
        if self.finding is not None or self.is_late:
            raise Found  # Hypothesis would look at the same program again
        play = Play(self.service)
        self.tally.programs += 1
        self.service.budget.step("program", self.tally.programs)

        def send(step: Step) -> bool:
            with self._in_time():
                mismatch = play.send(step)
                return mismatch is None or self._goes_on(play, mismatch)

        def close() -> None:
            with self._in_time():
                play.close()
            self.tally.requests += play.requests
            self.tally.rows += len(play.model.rows)

        return send, close

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """End the search with the time of the run: Hypothesis would look into what that raises."""
        try:
            yield
        except OutOfTime:
            self.is_late = True
            raise Found from None

    def _goes_on(self, play: Play, mismatch: Mismatch) -> bool:
        """Return whether the program may go on. Raises `Found` at what was looked for."""
        if not self._counts(play, mismatch):
            return True
        self.finding = self._judged(play, mismatch)
        if self.finding is not None:
            raise Found
        return False

    def _counts(self, play: Play, mismatch: Mismatch) -> bool:
        """Return whether a surprise is worth checking."""
        is_usual = self._usual[mismatch.key] >= TIMES
        return mismatch.kind in self.kinds and not is_usual and self._is_about(play.program)

    def _judged(self, play: Play, mismatch: Mismatch) -> Counterexample | None:
        """The finding, unless the service is such anyway; the program is over by that."""
        finding = Counterexample(play.program, mismatch, play.story, play.id_from)
        play.close()
        if self.doubt(self.service, play, mismatch):
            # One that is only to be a shorter form of the finding tells nothing of the service.
            self._usual[mismatch.key] += self.finding is None
            return None
        return finding

    def _is_about(self, program: Program) -> bool:
        return self.extra is None or any(step.act == self.extra for step in program)

    # -- the shortest

    def _shortest(self, finding: Counterexample) -> Counterexample:
        """The same in fewer steps, as far as it may cost."""
        found, ends = [finding], self.tally.requests + SHRINKING

        def is_found(program: Program) -> bool:
            is_enough = self.is_late or self.tally.requests >= ends
            again = None if is_enough else self._again(program)
            found.extend([again] if again else [])
            return again is not None

        ProgramShrinking(self.service, finding.program, is_found).run(finding.mismatch.row)
        return found[-1]

    def _again(self, program: Program) -> Counterexample | None:
        try:
            return self._played_again(program)
        except OutOfTime:
            self.is_late = True
            return None

    def _played_again(self, program: Program) -> Counterexample | None:
        play = Play(self.service)
        try:
            counting = (one for one in play.all(program) if self._counts(play, one))
            mismatch = next(counting, None)
            return self._judged(play, mismatch) if mismatch else None
        finally:
            play.close()
            self.tally.requests += play.requests
