"""The names of what was observed, made of its text: the same in every run, on every machine.

What moves is left out: numbers, values that were sent, ids, addresses, lines of the app, and what
an error says. Statuses of refusals and failures stay, and operations where the case names none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import ascii_letters

OPERATIONS = frozenset({"list", "create", "read", "replace", "update", "delete", "PUT", "PATCH"})
"""The words by which a case names its operation."""

EXPLORING = "API-"
"""The rules whose cases are parts of the generated requests; other cases may be called alike."""

GENERATED = "generated"
"""The word in a case of any other rule that is about a part of the generated requests."""

PHASES = frozenset({"boundary", "valid", "invalid"})
"""The phases of generated requests: a seed decides in which of them a defect shows."""

DURING = "during "
"""The beginning of the case of what a test has met beside its own promise."""

LONGEST = 100
REFUSED, FAILED = 400, 500

_EXCHANGE = re.compile(
    r"(?:\b[A-Z] )?\b(?P<method>[A-Z]{3,}) (?P<target>/\S*|\*)(?: .*?)?"
    r" -> (?P<status>\d{3}|no answer)(?P<rest>.*)"
)
_CIRCUMSTANCE = re.compile(r"(?:, | \()(?:after|though|in the order|[A-Z] [A-Z]{3,} /).*")
_MOVING = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r" \(\d+ times\)", ""),
        (r"""(?<!\w)(['"`])(?:\\.|(?!\1).)*(?:\1(?!\w)|$)""", "…"),
        (r"[\[{(<][^\[\](){}<>]*[\])}>]", "…"),
        (r"[\[{(<].*", "…"),
        (r"(?:\b(?:in|at|by) )?[\w./-]+\.py:\d+(?: in \S+)?", "…"),
        (r"(?<![\w#}])/[\w.%~-]+(?:/[\w.%~-]*)+", "…"),
        (r"\b(?:\w+\.)+(?=\w*(?:Error|Exception|Failure)\b)", ""),
        (r"\b(\w+(?:Error|Exception|Failure)):.*", r"\1"),
        (r"\b(?:None|null|True|true|False|false)\b", "…"),
        (r"[+-]?\b\w*\d[\w.:+-]*|\bnone\b", "…"),
        (r"…(?:[\s,;:]*(?:and )?…)+", "…"),
    )
)


def finding_names(observed: Iterable[str], case: str) -> tuple[str, ...]:
    """Return the name of each thing that was observed in a case, in the order of the alphabet."""
    is_told = case.startswith(DURING) or not OPERATIONS.isdisjoint(re.split(r"[-+]", case))
    clauses = (clause for text in observed for clause in _clauses(text))
    return tuple(sorted({_name(clause, is_told=is_told) for clause in clauses}))


def is_generated(case: str) -> bool:
    """Return whether a case of any other rule is about a part of the generated requests."""
    return f"-{GENERATED}-" in case


def finding_place(rule: str, case: str) -> str:
    """Return the place of a case: the same one whichever phase or test has met a defect there."""
    if case.startswith(DURING):
        return "during another test"
    subject, _, phase = case.rpartition("-")
    if is_generated(case):
        return GENERATED  # the seed decides which operation shows it first
    return subject if rule.startswith(EXPLORING) and phase in PHASES else case


def _clauses(text: str) -> list[str]:
    """Give each request of a text that tells several, or else its beginning."""
    clauses = " ".join(text.split()).split("; ")
    plain = [_CIRCUMSTANCE.sub("", clause) for clause in clauses]
    return [clause for clause in plain if _EXCHANGE.search(clause)] or plain[:1]


def _name(clause: str, *, is_told: bool) -> str:
    found = _EXCHANGE.search(clause)
    if found is None:
        return _short(_still(clause))
    status, rest = found["status"], found["rest"]
    asked = "" if is_told else f"{found['method']} {_path(found['target'])} "
    if not status.isdecimal() or int(status) >= FAILED:
        rest = rest if rest.startswith(", and ") else ""  # drivers say other things
    answered = "success" if status.isdecimal() and int(status) < REFUSED else status
    before = clause[: found.start()]
    # It tells which of many values was sent, or how many requests were answered so.
    told = "" if before.endswith(": ") else _still(before)
    return _short(f"{told}{asked}-> {answered}{_still(rest)}")


def _path(target: str) -> str:
    """Return a path with a brace for each part that may be an id; `v1` is none."""
    parts = target.partition("?")[0].split("/")
    return "/".join(part if _is_word(part) else "{}" for part in parts)


def _is_word(part: str) -> bool:
    return re.fullmatch(r"v\d+", part) is not None or set(part) <= {*ascii_letters, *"-_."}


def _still(text: str) -> str:
    for pattern, instead in _MOVING:
        text = pattern.sub(instead, text)
    return text


def _short(text: str) -> str:
    whole = text if len(text) <= LONGEST else text[:LONGEST].rpartition(" ")[0]
    return whole.strip(" ,:;")
