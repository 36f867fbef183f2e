"""Broken rules by their cause: what one change of the service would mend is told once."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules import RULES
from ..rules.evidence import EventRecord, RequestRecord
from ..rules.kinship import KINSHIPS, kinship_of
from ..rules.rule import Level
from ..rules.verdict import Outcome, Verdict
from .record import RunRecord

ORDER = {rule.id: place for place, rule in enumerate(RULES)}
LEVELS = tuple(Level)
FAILURES = 500

DISTURBED = frozenset({"ERR", "FAI", "CAN", "DIS", "REP"})
"""The areas in which the kit makes requests fail: what they raise is no cause."""

ABOUT_ENDS = DISTURBED | {"SES"}
"""The areas in which a rule says more of the cause than an error that was met as well."""


@dataclass(frozen=True)
class Cause:
    """Verdicts that one defect explains, as far as the evidence tells; the first shows it best.

    One that `is_default` is what a framework does unless it is told otherwise.
    """

    title: str
    fix: str
    verdicts: tuple[Verdict, ...]
    is_default: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the broken rules, in the order of the catalogue."""
        return tuple(sorted({each.rule for each in self.verdicts}, key=_place))

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases in which it showed, each once, as they came."""
        return tuple(dict.fromkeys(each.case for each in self.verdicts))

    @property
    def level(self) -> Level:
        """The weightiest level among the rules."""
        return min((Level(each.level) for each in self.verdicts), key=LEVELS.index)

    def is_red_at(self, asked: Level) -> bool:
        """Return whether it fails a run that asked for this level."""
        return any(verdict.is_red_at(asked) for verdict in self.verdicts)

    @property
    def shown(self) -> Verdict:
        """The verdict that shows it best."""
        return self.verdicts[0]


@dataclass(frozen=True)
class _Sign:
    """By what two verdicts have one cause, and the words about it."""

    key: tuple[str, ...]
    title: str
    fix: str = ""
    is_default: bool = False


def causes(run: RunRecord) -> tuple[Cause, ...]:
    """Give the causes of the broken rules of a run, the worst first."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in run.of(Outcome.BROKEN):
        groups.setdefault(_sign(verdict).key, []).append(verdict)
    return tuple(sorted(map(_cause, groups.values()), key=_weight))


def _cause(verdicts: list[Verdict]) -> Cause:
    ordered = tuple(sorted(verdicts, key=_plainness))
    sign = _sign(ordered[0])
    return Cause(sign.title, sign.fix or ordered[0].fix, ordered, sign.is_default)


def _weight(cause: Cause) -> tuple[bool, int, int, int]:
    kin = kinship_of(cause.shown.rule)
    rank = KINSHIPS.index(kin) if kin else len(KINSHIPS)
    return cause.is_default, LEVELS.index(cause.level), rank, -len(cause.verdicts)


def _plainness(verdict: Verdict) -> tuple[int, bool, int, int]:
    """Order verdicts by the weight of their rules, then by how little it takes to show them."""
    events = sum(len(part.events) for part in verdict.requests)
    return LEVELS.index(Level(verdict.level)), bool(verdict.replay), _place(verdict.rule), events


def _place(rule: str) -> int:
    return ORDER.get(rule, len(ORDER))  # a rule of a team's own


def _sign(verdict: Verdict) -> _Sign:
    area = verdict.rule.partition("-")[0]
    raised = None if area in ABOUT_ENDS else _sign_of_error(verdict)
    kin = kinship_of(verdict.rule)
    if raised is not None:
        return raised
    if kin is not None:
        return _Sign(kin.rules, kin.title, kin.fix, kin.is_default)
    # The promise alone: its number of cases says nothing of another rule.
    return _Sign((verdict.rule,), verdict.title.rstrip("."))


def _sign_of_error(verdict: Verdict) -> _Sign | None:
    """Give the line of the app at which a request fails."""
    for request in verdict.requests:
        raised = _raised(request)
        if raised is not None and (request.status is None or request.status >= FAILURES):
            kind = raised.text.partition(":")[0].rpartition(".")[2]
            fix = f"Read the error at {raised.frame}: {raised.text.partition(chr(10))[0]}"
            title = f"A request fails with {kind} at {raised.frame}"
            return _Sign(("error", raised.frame), title, fix)
    return None


def _raised(request: RequestRecord) -> EventRecord | None:
    """Return the error that the app has let through, if a line of the app has raised it."""
    return next((e for e in request.events if e.kind == "raised" and e.frame), None)
