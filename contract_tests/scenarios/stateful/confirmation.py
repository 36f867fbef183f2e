"""Checks of a surprise: it comes of the requests before it, or it is how the service works.

A service may trim, round, hide or derive what it likes, as long as it does so alike. So a row in
the same state is made afresh and the last write repeated on it: if that surprises as well, it is
the affair of the rules on single operations. What a restart or a meeting has done is compared
with the same program without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from ...service.service import Service
from .model import Known, Mismatch
from .program_runner import Play
from .steps import Program, Step, names_of

Doubt = Callable[[Service, Play, Mismatch], bool]


def is_way_of_fresh_rows(service: Service, play: Play, mismatch: Mismatch) -> bool:
    """Return whether a fresh row in the same state surprises as well, or cannot be made.

    A value that was sent in a change is taken by rows of any state, if by any; what fails, fails
    whatever else there is.
    """
    seen, known = play.program[-1], play.model.rows.get(mismatch.row)
    taken = frozenset(service.resource.fields("create"))
    if not _is_confirmed(service, afresh(play, mismatch, taken)):
        return False
    if known is not None and seen.act != "create" and _is_sent(mismatch, known):
        return _is_confirmed(service, [_on_another(service, mismatch.row, known.writes, seen)])
    is_alone = mismatch.kind == "failed" and seen.act == "create"
    return not is_alone or _is_confirmed(service, [(seen,)])


def _is_sent(mismatch: Mismatch, known: Known) -> bool:
    """Return whether it is about a change: a field that was sent in it, or its failure."""
    body = known.writes[0].body if known.writes else None
    return body is not None and (mismatch.kind == "failed" or mismatch.field in body)


def _is_confirmed(service: Service, programs: Iterable[Program]) -> bool:
    """Return whether the first of these that can be played surprises; true if none can."""
    for program in programs:
        with closing(Play(service)) as again:
            found = next(again.all(program), None)
        if found or len(again.model.rows) == len(names_of(program)):
            return found is not None
    return True


def _on_another(service: Service, label: int, writes: Sequence[Step], seen: Step) -> Program:
    looks = () if seen.writes else (Step("read", label), seen)
    return (Step("create", label, service.body()), *writes, *looks)


def is_so_without(*acts: str) -> Doubt:
    """Return whether the program also surprises without these, or with requests in sequence."""

    def doubt(service: Service, play: Play, mismatch: Mismatch) -> bool:
        for program in plainly(play.program, acts):
            with closing(Play(service)) as again:
                found = {(one.kind, one.field) for one in again.all(program)}
            if (mismatch.kind, mismatch.field) in found:
                return True
        return False

    return doubt


def plainly(program: Program, acts: Sequence[str]) -> list[Program]:
    """The program without these acts; of a pair, one comes after the other, in both orders."""
    kept = [step for step in program if step.pair or step.act not in acts]
    orders = [1, -1] if any(step.pair for step in kept) else [1]
    return [
        tuple(part for step in kept for part in (step.pair[::order] or (step,))) for order in orders
    ]


def afresh(play: Play, mismatch: Mismatch, taken: frozenset[str]) -> Iterator[Program]:
    """Ways to make all rows anew, to repeat the last writes of each, and to look once more.

    The next is for where one cannot be played: rows that are gone may be in the way of others, and
    the state of the row may be none that a create accepts.
    """
    for states in (("there", "gone"), ("there",)):
        rows = {
            label: row
            for label, row in play.model.rows.items()
            if row.state in states or label == mismatch.row
        }
        for is_as_first in (False, True):
            yield _anew(play, rows, mismatch.row, taken, is_as_first=is_as_first)


def _anew(
    play: Play, rows: Mapping[int, Known], about: int, taken: frozenset[str], *, is_as_first: bool
) -> Program:
    seen = play.program[-1]
    creates, writes = [], []
    for label, row in rows.items():
        if row.made is not seen:
            is_first = is_as_first and label == about
            body = row.made.body if is_first else _body(row, taken)
            creates.append(Step("create", label, body))
            writes += [step for step in row.writes if step is not seen]
    # By identity: a program may have two equal steps.
    places = {id(step): place for place, step in enumerate(play.program)}
    writes.sort(key=lambda step: places[id(step)])
    # Twice, since what is shown may differ by itself.
    looks = [seen] if seen.writes or about not in rows else [Step("read", about), seen, seen]
    return (*creates, *writes, *looks)


def _body(row: Known, taken: frozenset[str]) -> dict[str, Any]:
    """Return a body that creates a row as it was before its last write.

    What only a read has told may come of the rest, and is left to come of it again.
    """
    state = row.before if row.writes else row.fields
    now = {name: values[0] for name, values in state.items() if name in taken & row.sent}
    return dict(row.made.body or {}) | now
