"""A program: the few lines a person would write to see a service remember, or forget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...service.resource import WRITES, Role

StepKind = Role | Literal["restart", "together"]


@dataclass(frozen=True)
class Step:
    """One line of a program.

    `row` is the label of a row: that of the create which makes it, and of every step on it. A
    `pair` is sent together, its database calls in the order of `schedule`.
    """

    act: StepKind
    row: int = 0
    body: Mapping[str, Any] | None = None
    pair: tuple[Step, ...] = ()
    schedule: str = ""

    @property
    def writes(self) -> bool:
        """Return whether this changes what is stored."""
        return self.act in WRITES


Program = tuple[Step, ...]


def flat(program: Sequence[Step]) -> Iterator[Step]:
    """Every request of a program, those that are sent together one by one."""
    for step in program:
        yield from step.pair or (step,)


def names_of(program: Sequence[Step]) -> dict[int, str]:
    """Return the name of each row: `row`, `row2`, `row3`... in the order they are made."""
    labels = [step.row for step in flat(program) if step.act == "create"]
    return {label: f"row{place or ''}" for place, label in zip(_places(), labels, strict=False)}


def _places() -> Iterator[int]:
    yield 0
    place = 2
    while True:
        yield place
        place += 1


def program_lines(program: Sequence[Step]) -> list[str]:
    """The program, a line for each step."""
    names = names_of(program)
    return [_line(step, names) for step in program]


def _line(step: Step, names: Mapping[int, str]) -> str:
    if step.pair:
        both = ", ".join(_call(part, names) for part in step.pair)
        made = [names[part.row] for part in step.pair if part.act == "create"]
        target = f"{', '.join(made)} = " if made else ""
        return f"{target}together({both}, order={step.schedule!r})"
    call = _call(step, names)
    return f"{names[step.row]} = {call}" if step.act == "create" else call


def _call(step: Step, names: Mapping[int, str]) -> str:
    is_on_a_row = step.act not in {"create", "list", "restart"}
    asked = [names[step.row]] if is_on_a_row else []
    asked += [] if step.body is None else [json.dumps(dict(step.body), ensure_ascii=False)]
    return f"{step.act}({', '.join(asked)})"
