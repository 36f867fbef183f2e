"""The text of a finding: the program, and what was expected of its last line."""

from __future__ import annotations

from ..crud.round_trip import brief
from .model import Mismatch
from .programs import Counterexample
from .steps import names_of, program_lines


def expected(finding: Counterexample) -> str:
    """Return what should have been shown."""
    mismatch, row = finding.mismatch, _row(finding)
    match mismatch.kind:
        case "field":
            return f"{row} with {mismatch.field} {brief(mismatch.expected)}"
        case "missing":
            return f"{row} to be there"
        case "back":
            return f"{row} to be gone"
    return "an answer below 500"


def observation(finding: Counterexample) -> str:
    """Return what was shown, and the steps before it."""
    return f"{_seen(finding.mismatch)}, after {', '.join(acts(finding)[:-1]) or 'nothing'}"


def evidence(finding: Counterexample) -> str:
    """The program, its last line with what it showed."""
    *lines, last = program_lines(finding.program)
    what = f"{last}  # expected {expected(finding)}: {_seen(finding.mismatch)}"
    order = [f"the calls came in this order: {finding.story}"] if finding.story else []
    return "\n".join([*lines, what, *order])


def defect(finding: Counterexample) -> str:
    """Say what is wrong, whichever request of a program has shown it, and in which field."""
    match finding.mismatch.kind:
        case "field":
            return "a row is shown with another value"
        case "missing":
            return "a row is not shown"
        case "back":
            return "a row is shown that is not there"
    return _seen(finding.mismatch)


def acts(finding: Counterexample) -> list[str]:
    """The steps in a word each."""
    return [
        " with ".join(part.act for part in step.pair) if step.pair else step.act
        for step in finding.program
    ]


def _row(finding: Counterexample) -> str:
    return names_of(finding.program).get(finding.mismatch.row, "the list")


def _seen(mismatch: Mismatch) -> str:
    exchange = mismatch.exchange
    match mismatch.kind:
        case "field":
            return f"{exchange} shows {mismatch.field} {brief(mismatch.shown)}"
        case "missing":
            return f"{exchange} does not show it"
        case "back":
            return f"{exchange} shows it"
    return f"{exchange} {exchange.raised.partition(chr(10))[0]}".strip()
