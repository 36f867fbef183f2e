"""CRUD: programs of many requests, whose rows are those of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from ..rules.crud_model import CRU_61
from ..rules.evidence import Remark
from ..rules.profile import Profile
from ..rules.totals import Totals
from ..runner.judge import Judge, evidence_of, judges
from ..runner.options import Options
from ..runner.run import ContractRun
from ..scenarios.startup import StartupScenarios
from ..scenarios.stateful.steps import StepKind
from ..service.service import Service

if TYPE_CHECKING:
    from ..scenarios.stateful.model import MismatchKind
    from ..scenarios.stateful.programs import Counterexample, Search

SHOWN: tuple[MismatchKind, ...] = ("field", "missing", "back")
KINDS: tuple[MismatchKind, ...] = (*SHOWN, "failed")
COST: Mapping[StepKind | None, int] = {None: 1, "together": 1, "restart": 4}
"""The factor by which programs that restart the service are fewer."""


@dataclass
class Programs:
    """The programs of one run, searched when first asked for; `totals` counts them."""

    service: Service
    options: Options
    _played: dict[str, int] = field(default_factory=dict)
    _whole: dict[str, int] = field(default_factory=dict)
    _made: dict[tuple[object, ...], Search] = field(default_factory=dict)

    @property
    def totals(self) -> Totals:
        """The number of programs that were played so far."""
        return Totals(played=dict(self._played))

    def finding(
        self, judge: Judge, *kinds: MismatchKind, extra: StepKind | None = None
    ) -> Counterexample | None:
        """Return the finding of one of these kinds; if another hides it, by a separate search."""
        whole = self._searched(extra, *(kinds if extra else KINDS))
        is_other = whole.finding and whole.finding.mismatch.kind not in kinds
        search = self._searched(extra, *kinds) if is_other else whole
        if not search.tally.rows:
            if self.service.trail.told:
                judge.not_applicable(f"the service breaks down in the programs ({CRU_61.id})")
            judge.undecided(f"no create stored a row that can be identified, in {search.tally}")
        return search.finding

    def _searched(self, extra: StepKind | None, *kinds: MismatchKind) -> Search:
        from ..scenarios.stateful.programs import Search

        sort = f"with {extra}" if extra else "usual"
        if (extra, *kinds) not in self._made:
            search, options = Search(self.service, kinds, extra), self.options
            whole = fewer(options.profile, COST[extra])
            some = replace(whole, programs=self.service.budget.fewer(whole.programs))
            search.run(some, options.seed, options.minutes)
            self._made[extra, *kinds] = search
            self._played[sort] = self._played.get(sort, 0) + search.tally.programs
            self._whole[sort] = self._played[sort] if search.finding else whole.programs
        self.service.budget.saw("programs", sort, self._played[sort], self._whole[sort])
        return self._made[extra, *kinds]


def fewer(profile: Profile, times: int) -> Profile:
    """So many times fewer programs."""
    return replace(profile, programs=max(1, profile.programs // times))


@pytest.fixture(scope="session")
def programs(contract_run: ContractRun) -> Programs:
    """Programs of many requests."""
    return Programs(contract_run.service, contract_run.options)


def judge_finding(judge: Judge, service: Service, finding: Counterexample | None) -> None:
    """Judge that nothing was found; else tell the program, and the test that shows it alone."""
    if finding is None:
        judge.that(
            kept=True, expected="every answer as the rows stored so far demand", observed="none"
        )
        return
    from ..scenarios.stateful import descriptions as words
    from ..scenarios.stateful.reproducer import regression

    seen = (Remark(words.evidence(finding)), *evidence_of(finding.mismatch.exchange))
    alone = regression(service, judge.rule, finding)
    seen += (Remark(f"as a separate test:\n{alone}"),) if alone else ()
    judge.defects = (words.defect(finding),)
    judge.that(
        kept=False,
        expected=words.expected(finding),
        observed=words.observation(finding),
        seen=seen,
    )


@judges("CRU-32")
def test_a_sequence_shows_what_its_successes_made(
    judge: Judge, service: Service, programs: Programs
) -> None:
    """No program of usual requests shows another row than the model has."""
    judge_finding(judge, service, programs.finding(judge, *SHOWN))


@judges("CRU-33")
def test_a_restart_leaves_the_rows_as_they_were(
    judge: Judge, service: Service, startups: StartupScenarios, programs: Programs
) -> None:
    """No program shows another row with a restart in it than without."""
    failure = startups.later.begun().round_failure
    if failure:
        judge.not_applicable(f"one process cannot start the app a second time: {failure}")
    judge_finding(judge, service, programs.finding(judge, *SHOWN, extra="restart"))


@judges("CRU-34")
def test_requests_at_the_same_time_leave_what_an_order_would(
    judge: Judge, service: Service, programs: Programs
) -> None:
    """No program shows another row with two requests sent together than one after the other."""
    judge_finding(judge, service, programs.finding(judge, *SHOWN, extra="together"))


@judges("CRU-35")
def test_a_valid_request_does_not_fail_for_what_came_before(
    judge: Judge, service: Service, programs: Programs
) -> None:
    """No program is answered with a failure that its last request alone would not get."""
    judge_finding(judge, service, programs.finding(judge, "failed"))
