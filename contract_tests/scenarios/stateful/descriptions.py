"""The text of a finding: the program, and what was expected of its last line."""

from __future__ import annotations

from ..crud.round_trip import brief
from .model import Surprise
from .programs import Finding
from .steps import names_of, told


def expected(finding: Finding) -> str:
    """Return what should have been shown."""
    surprise, row = finding.surprise, _row(finding)
    match surprise.kind:
        case "field":
            return f"{row} with {surprise.field} {brief(surprise.expected)}"
        case "missing":
            return f"{row} to be there"
        case "back":
            return f"{row} to be gone"
    return "an answer below 500"


def observed(finding: Finding) -> str:
    """Return what was shown, and the steps before it."""
    return f"{_seen(finding.surprise)}, after {', '.join(acts(finding)[:-1]) or 'nothing'}"


def evidence(finding: Finding) -> str:
    """The program, its last line with what it showed."""
    *lines, last = told(finding.program)
    what = f"{last}  # expected {expected(finding)}: {_seen(finding.surprise)}"
    order = [f"the calls came in this order: {finding.story}"] if finding.story else []
    return "\n".join([*lines, what, *order])


def acts(finding: Finding) -> list[str]:
    """The steps in a word each."""
    return [
        " with ".join(part.act for part in step.pair) if step.pair else step.act
        for step in finding.program
    ]


def _row(finding: Finding) -> str:
    return names_of(finding.program).get(finding.surprise.row, "the list")


def _seen(surprise: Surprise) -> str:
    exchange = surprise.exchange
    match surprise.kind:
        case "field":
            return f"{exchange} shows {surprise.field} {brief(surprise.shown)}"
        case "missing":
            return f"{exchange} does not show it"
        case "back":
            return f"{exchange} shows it"
    return f"{exchange} {exchange.raised.partition(chr(10))[0]}".strip()
