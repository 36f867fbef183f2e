"""Choose what is sent to an operation: what was kept, what is drawn, and how much of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from ...rules.profile import Profile, Shard
from ...rules.replay import Token
from ...service.budget import evenly
from ...service.service import Service
from . import Corpus, DrawSpec, FuzzCase, Phase, labels
from .case_generator import DrawnCases
from .partition import FuzzPart, Subject

AREA = "openapi"
LEAST = 10
"""Fewer cases of an operation in one phase decide nothing, unless there are no more."""

FEWEST = 3
"""The cases of an operation in one phase that are sent however little time there is."""

MOST_OTHERS = 8
"""Of so many operations beside the collection each is sent as much as one of it; of more, less."""

ROUND = 1_000_003
"""The distance between the seeds of two rounds: no part of one is a part of the next."""


class FuzzSettings(Protocol):
    """The part of the options that says what a run generates."""

    @property
    def replay(self) -> Token | None: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def profile(self) -> Profile: ...  # noqa: D102
    @property
    def minutes(self) -> float: ...  # noqa: D102
    @property
    def strict_types(self) -> bool: ...  # noqa: D102
    @property
    def shard(self) -> Shard: ...  # noqa: D102


@dataclass
class FuzzChoice:
    """Chooses the cases of each operation of a service."""

    service: Service
    options: FuzzSettings
    corpus: Corpus
    _left_out: Counter[tuple[str, Phase]] = field(default_factory=Counter)

    def operations(self, subject: Subject) -> list[str]:
        """The labels of the operations a subject stands for."""
        return self._operations.get(subject, [])

    @cached_property
    def _operations(self) -> dict[Subject, list[str]]:
        """By subject, read once: a document may have hundreds of operations."""
        resource = self.service.resource
        named = "{" + resource.id_parameter + "}"
        ours: dict[Subject, list[str]] = {
            role: [f"{operation.method} {operation.path.replace('{id}', named)}"]
            for role, operation in resource.operations.items()
        }
        taken = {label for found in ours.values() for label in found}
        others = [label for label in labels(resource.document) if label not in taken]
        return {**ours, "others": others}

    def cards(self, label: str, phase: Phase, turn: int = 0) -> list[FuzzCase]:
        """Return what is sent in one turn: this machine's share, or the one request replayed."""
        kept = self.corpus.regressions(label, phase) if turn == 0 else ()
        cards = [*kept, *self.drawn(label, phase, turn).cards]
        token, shard = self.options.replay, self.options.shard
        if token is not None and token.area == AREA:
            return [card for card in cards if (token.way, token.place) == self._name(card)]
        return self._thinned(label, phase, cards[shard.place :: shard.of])

    def drawn(self, label: str, phase: Phase, turn: int = 0) -> DrawnCases:
        """Return all cases that are drawn for an operation in one turn."""
        return self.corpus.cards(label, phase, self._draw(label, turn))

    def left_out(self, label: str, phase: Phase) -> int:
        """Return how many cases of an operation there was no time for."""
        return self._left_out[label, phase]

    def _thinned(self, label: str, phase: Phase, cards: list[FuzzCase]) -> list[FuzzCase]:
        """As many of the cases as there is time for, from all over them."""
        chosen = evenly(len(cards), self.service.budget.fewer(len(cards), FEWEST))
        self._left_out[label, phase] += len(cards) - len(chosen)
        return [cards[place] for place in chosen]

    def _name(self, card: FuzzCase) -> tuple[str, str]:
        """The draw of a case, and its place in it: of several operations, with the operation's."""
        others = self.operations("others")
        place = f"{others.index(card.operation)}." if card.operation in others else ""
        return card.draw, f"{place}{card.number}"

    def token_of(self, part: FuzzPart, card: FuzzCase) -> Token:
        """Return the token by which a case is found again."""
        return Token(AREA, str(part), *self._name(card))

    def _draw(self, label: str, turn: int = 0) -> DrawSpec:
        token = self.options.replay
        asked = DrawSpec.parse(token.way) if token and token.area == AREA else None
        count, others = self.options.profile.cases, self.operations("others")
        if label in others:
            count = max(min(LEAST, count), min(count, count * MOST_OTHERS // len(others)))
        return asked or DrawSpec(self.options.seed + turn * ROUND, count)
