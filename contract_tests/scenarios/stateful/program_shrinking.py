"""Make a program that surprises as short and as plain as it may cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Any

from ...service.service import Service
from .bodies import bodies, simplest
from .steps import Program, Step, flat

Try = Callable[[Program], bool]


@dataclass
class ProgramShrinking:
    """A program that keeps what is found with each change for which `is_found` still holds.

    `is_found` is false for every program once it has cost enough.
    """

    service: Service
    program: Program
    is_found: Try

    def run(self, row: int) -> Program:
        """The shortest program; first of all without the rows that the finding is not about."""
        self._take(tuple(step for step in self.program if _is_about(step, row)))
        self._leave_out()
        for place in range(len(self.program)):
            self._simplify(place)
        self._leave_out()
        self._respell()
        return self.program

    def _take(self, program: Program) -> bool:
        is_new = len(program) > 0 and program != self.program
        is_taken = is_new and self.is_found(program)
        if is_taken:
            self.program = program
        return is_taken

    def _leave_out(self) -> None:
        """Leave out each step that is not needed; the last one shows it."""
        for place in reversed(range(len(self.program) - 1)):
            self._take(self.program[:place] + self.program[place + 1 :])

    def _respell(self) -> None:
        """Write each text as one letter, the same one wherever it comes."""
        bodies = [step.body or {} for step in flat(self.program)]
        texts = {v: None for body in bodies for v in body.values() if isinstance(v, str)}
        for text, letter in zip(texts, ascii_lowercase, strict=False):
            self._take(tuple(_respelled(step, text, letter) for step in self.program))

    def _simplify(self, place: int) -> None:
        """Take the first plainer step that will do."""
        for step in self._plainer(self.program[place]):
            if self._take((*self.program[:place], step, *self.program[place + 1 :])):
                return

    def _plainer(self, step: Step) -> Iterator[Step]:
        """Of two that are sent together, each in turn; what has no body is plain."""
        if step.pair:
            first, second = step.pair
            yield from (replace(step, pair=(plain, second)) for plain in self._plainer(first))
            yield from (replace(step, pair=(first, plain)) for plain in self._plainer(second))
        elif step.body is not None:
            bodies = self._bodies(step, step.body)
            yield from (replace(step, body=body) for body in bodies if body != step.body)

    def _bodies(self, step: Step, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The simplest there can be, and the same with a field less."""
        yield simplest(bodies(self.service, step.act))
        for name in body:
            yield {other: value for other, value in body.items() if other != name}


def _respelled(step: Step, text: str, letter: str) -> Step:
    if step.pair:
        return replace(step, pair=tuple(_respelled(part, text, letter) for part in step.pair))
    if step.body is None:
        return step
    return replace(step, body={n: letter if v == text else v for n, v in step.body.items()})


def _is_about(step: Step, row: int) -> bool:
    return step.act in {"list", "restart"} or any(part.row == row for part in flat([step]))
