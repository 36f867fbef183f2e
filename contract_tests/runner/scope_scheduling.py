"""A scheduler for pytest-xdist: tests of one scope are sent to one worker, in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

SEPARATOR = "\x1f"
"""Between a test's name, scope and turn: pytest writes no such character into a name."""

PORTIONS = 4
"""Of the tests that stand alone, a worker gets at most this part of its share at a time."""


def scoped(name: str, scope: str, turn: int = 0) -> str:
    """Return a test's name with its scope, and its turn where there is no time for all tests."""
    return f"{name}{SEPARATOR}{scope}{SEPARATOR}{turn}" if scope or turn else name


class ScopeScheduling:
    """The role that pytest-xdist calls `Scheduling`. Scopes are sent in the order of the tests."""

    def __init__(self, workers: int, config: pytest.Config) -> None:
        self._workers = workers
        self._config = config
        self._collected: dict[WorkerController, list[str]] = {}
        self._sent: dict[WorkerController, list[int]] = {}
        self._names: list[str] | None = None
        self._scopes: list[str] = []
        self._turns: list[int] = []
        self._left: list[int] = []

    @property
    def nodes(self) -> list[WorkerController]:
        """The workers that are there."""
        return list(self._sent)

    @property
    def collection_is_completed(self) -> bool:
        """True if every worker of the beginning has told its tests."""
        return len(self._collected) >= self._workers

    @property
    def tests_finished(self) -> bool:
        """True if there is nothing to send: a worker begins its last test when told to end."""
        is_all_sent = self.collection_is_completed and not self._left
        return is_all_sent and all(len(sent) <= 1 for sent in self._sent.values())

    @property
    def has_pending(self) -> bool:
        """True if a test has not ended."""
        return bool(self._left) or any(self._sent.values())

    def add_node(self, node: WorkerController) -> None:
        """Take in a worker, at the beginning or in the place of one that died."""
        self._sent[node] = []

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Learn the tests of a worker, with their scopes."""
        self._collected[node] = list(collection)

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Learn that a test has ended."""
        self._sent[node].remove(item_index)
        self._supply(node)

    def mark_test_pending(self, item: str) -> None:
        """Send a test again, before all others."""
        assert self._names is not None
        self._left.insert(0, self._names.index(item))
        for node in self.nodes:
            self._supply(node)

    def remove_pending_tests_from_node(
        self, node: WorkerController, indices: Sequence[int]
    ) -> None:
        """Take back tests that were sent: this scheduler never asks for any."""
        raise NotImplementedError

    def remove_node(self, node: WorkerController) -> str | None:
        """Leave to others what a worker has not begun. Return the test that it was running."""
        sent = self._sent.pop(node)
        if not sent:
            return None
        assert self._names is not None
        # A worker runs what it is sent in that order.
        running, *others = sent
        self._left[:0] = others
        for other in self.nodes:
            self._supply(other)
        return self._names[running]

    def schedule(self) -> None:
        """Send the first tests, or tests to a worker that has come later."""
        if self._names is None and self._is_same_everywhere():
            self._read(next(iter(self._collected.values())))
        for node in self.nodes:
            self._supply(node)

    def _read(self, collection: list[str]) -> None:
        """Put the tests in order, those of a scope where its first one is."""
        told = [(*name.split(SEPARATOR), "", "")[:3] for name in collection]
        self._names = [name for name, _, _ in told]
        self._scopes = [scope for _, scope, _ in told]
        self._turns = [int(turn or 0) for _, _, turn in told]
        self._left = [*range(len(collection))]
        self._sort(self._left)

    def hurry(self) -> None:
        """Send what is left by its turns: there is no time for all of it."""
        self._sort(self._turns)

    def _sort(self, turns: Sequence[int]) -> None:
        """Put what is left in the order of these turns, those of a scope where its first one is."""
        first: dict[str | int, int] = {}
        for index in self._left:
            unit = self._scopes[index] or index
            first[unit] = min(turns[index], first.get(unit, turns[index]))
        self._left.sort(key=lambda index: first[self._scopes[index] or index])

    def _supply(self, node: WorkerController) -> None:
        """Let a worker have two tests: it begins none before it knows the next."""
        if node.shutting_down:
            return
        while self._left and len(self._sent[node]) <= 1:
            portion = self._left[: self._portion()]
            del self._left[: len(portion)]
            self._sent[node] += portion
            node.send_runtest_some(portion)
        if not self._left:
            node.shutdown()

    def _portion(self) -> int:
        """Return how many tests are sent at once: a scope, or neighbours that stand alone."""
        scope = self._scopes[self._left[0]]
        alike = sum(1 for _ in takewhile(lambda i: self._scopes[i] == scope, self._left))
        return alike if scope else max(1, alike // (PORTIONS * len(self._sent)))

    def _is_same_everywhere(self) -> bool:
        """Return whether all workers have the same tests; if not, that is an error of the run."""
        (first, names), *others = self._collected.items()
        different = [node for node, told in others if told != names]
        for node in different:
            text = f"{node.gateway.id} has collected other tests than {first.gateway.id}"
            self._config.hook.pytest_collectreport(
                report=pytest.CollectReport(node.gateway.id, "failed", text, [])
            )
        return not different
