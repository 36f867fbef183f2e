"""A service that breaks down in the midst of a run: told once, and judged anew when renewed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..rules import AREAS, crud_model, schema, sessions_beyond
from ..rules.rule import Rule
from ..rules.verdict import Outcome, Verdict, verdict_on
from ..rules.violation import NotApplicable, Undecided, Violation
from ..scenarios.crud.breakdowns import breakdown_since, unended
from ..service.service import Service
from .closing import captured_output
from .items import rule_of_item
from .selection import FAULTY

RULE = crud_model.CRU_61
AGAIN = f"the service breaks down in the midst of this test ({RULE.id})"
APART = ("schema", "lifespan", "migrations", "replicas", "settings")
UNSTARTED = (schema.SCH_01, *AREAS["migrations"])
"""The rules that are judged even if the service does not start."""

UNTOLD: pytest.StashKey[list[Violation]] = pytest.StashKey()
"""The broken promises that breakdowns in a test have shown."""


def is_disturbing(rule: Rule) -> bool:
    """Return whether the tests of a rule disturb requests: what comes of it, they tell."""
    return any(rule in AREAS[area] for area in FAULTY)


def is_judged_apart(rule: Rule, service: Service) -> bool:
    """Return whether a rule is judged on other lives of the service than the one of the run.

    So is the one that says itself why nothing else can be judged.
    """
    if service.start_failure:
        return rule in UNSTARTED
    return rule is sessions_beyond.SES_15 or any(rule in AREAS[area] for area in APART)


def judged_anew(
    item: pytest.Item, rule: Rule, service: Service, error: Exception | None
) -> Exception | None:
    """Return how a test has ended that had ended in `error`, or in none.

    If the service had broken down, and was renewed, the test is run once more. A request that came
    to no end is told, whatever the test asks of it.
    """
    found = breakdown_since(service)
    if found and _is_to_be_repeated(rule, error):
        error = _repeated(item, service)
    without_end = unended(service)
    if not isinstance(error, Violation):  # which may be about this very request
        service.trail.untold += without_end
    # Last: the test that is run again may meet a breakdown as well.
    item.stash[UNTOLD], service.trail.untold = service.trail.untold, []
    return error


def _is_to_be_repeated(rule: Rule, error: Exception | None) -> bool:
    """Return whether the breakdown may be the cause of how a test ended, and not its finding."""
    if isinstance(error, Violation) and rule in AREAS["concurrency"]:
        return False  # what requests do to a service by meeting is what these rules look for
    return isinstance(error, Undecided) or not (rule is RULE or is_disturbing(rule))


def _repeated(item: pytest.Item, service: Service) -> Exception | None:
    """Run a test again. Return what it has raised, or why that tells nothing."""
    if service.trail.gone:
        return Undecided(service.trail.gone)
    error = _run_again(item, service)
    found = breakdown_since(service)
    if service.trail.gone:
        return Undecided(service.trail.gone)
    if service.trail.is_disturbed or not (found or isinstance(error, Undecided)):
        return error
    # What a session fixture has seen before the service was renewed is not asked for again.
    return NotApplicable(AGAIN)


def _run_again(item: pytest.Item, service: Service) -> Exception | None:
    """Run a test once more, and return what it has raised."""
    service.restore()
    try:
        with captured_output():
            item.runtest()
    except Exception as error:  # noqa: BLE001 - it is raised again
        return error
    return None


def breakdowns_in(item: pytest.Item, verdict: Verdict) -> list[Verdict]:
    """Return the verdicts on breakdowns that a test has met, beside its own."""
    case = f"during {verdict.rule} {verdict.case}"
    plain = replace(verdict_on(RULE, case, verdict.test), verdict=Outcome.BROKEN)
    return [
        replace(
            plain,
            expected=each.expected,
            observed=each.observed,
            evidence=each.evidence,
            findings=each.each,
        )
        for each in item.stash.get(UNTOLD, [])
        if rule_of_item(item) is not RULE
    ]
