"""The tests of a contract run: which of the suite, and in which order."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from ..rules import AREAS
from ..rules.findings import EXPLORING, is_generated
from ..rules.violation import UsageError
from ..service.resource import CHOSEN
from .closing import blame
from .items import (
    SUITE,
    case_name,
    is_of_chosen,
    needs_startups,
    rule_of_item,
    spare_dropped_errors,
)
from .options import Options
from .spreading import is_worker

OTHERS, FIRST, USUAL = 0, 1, 2
DISTURBING = ("errors", "failures", "cancellation", "disconnect", "concurrency")
FAULTY = DISTURBING[:-1]
"""The areas that let something fail; requests that only meet are no excuse for a service."""

TURNS = {rule: turn for turn, area in enumerate(DISTURBING, USUAL + 1) for rule in AREAS[area]}
TURNS |= dict.fromkeys(AREAS["sessions"], FIRST)


class Selection:
    """The plug-in object that selects tests and puts them in order."""

    NAME = f"{__package__}.selection"

    def __init__(self, options: Options) -> None:
        self._options = options
        self.expected = 0
        """The number of tests that are to judge a rule."""
        self.ours: list[pytest.Item] = []
        self.is_alone = False
        """True if no tests of others are to run."""
        self.has_startups = False

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Pass over a file of the suite that names none of the rules that were asked for."""
        asked = self._options.rule
        if not asked or collection_path.parent != SUITE or collection_path.suffix != ".py":
            return None
        text = collection_path.read_text(encoding="utf-8")
        return None if any(f'"{rule}"' in text for rule in asked) else True

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """Make no test of the suite for an operation that somebody could have chosen."""
        made = yield
        if self._options.operation or collector.path.parent != SUITE or not isinstance(made, list):
            return made
        return [each for each in made if not is_of_chosen(each)]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep only the rules that were asked for, and let them come after the team's tests.

        A service under contract is imported with the address of the kit's database. Of the rules,
        those about sessions come first, since strange bodies may leave a shared one unusable; those
        that disturb the service come last: one that stays poisoned would be accused by every later
        rule.
        """
        dropped = self._dropped(config, items)
        if dropped:
            gone = set(dropped)
            items[:] = [item for item in items if item not in gone]
            config.hook.pytest_deselected(items=dropped)
        items.sort(key=turn_of)
        ours = [item for item in items if turn_of(item) != OTHERS]
        self.expected, self.ours = len(ours), ours
        for item in ours:
            spare_dropped_errors(item)
        self.is_alone = ours == items
        # Of several workers, few get a test that needs them.
        self.has_startups = not is_worker(config) and any(map(needs_startups, items))

    def cheapest_first(self, items: Iterable[pytest.Item]) -> list[pytest.Item]:
        """Put the cheapest test of every rule before all others, each in the usual order of areas.

        For a run that may not reach the last of them. Tests of others stay before all of these.
        """
        from .costs import work_of

        items = list(items)
        others = [item for item in items if turn_of(item) == OTHERS]
        ours = (item for item in items if turn_of(item) != OTHERS)
        cheap = sorted(ours, key=lambda item: work_of(item).cost.writes)
        firsts = set({rule_of_item(item): item for item in reversed(cheap)}.values())
        return others + sorted(cheap, key=lambda item: (item not in firsts, turn_of(item)))

    def _dropped(self, config: pytest.Config, items: list[pytest.Item]) -> list[pytest.Item]:
        """Give the tests that were not asked for: all, on a worker that has nothing to replay."""
        dropped = [item for item in items if not self._is_selected(item)]
        try:
            self._require_replayable(items, dropped)
        except UsageError as error:
            if not is_worker(config):
                raise pytest.UsageError(str(error)) from None
            blame(str(error))  # a worker has no other way to say so
            return list(items)
        return dropped

    def _require_replayable(self, items: list[pytest.Item], dropped: list[pytest.Item]) -> None:
        """Raise `UsageError` for a token that none of the collected tests can send again."""
        token, ours = self._options.replay, list(filter(rule_of_item, items))
        if token is None or not ours:
            return
        if len(dropped) == len(ours):
            mine = {case_name(item) for item in ours if rule_of_item(item) in AREAS[token.area]}
            is_unnamed = token.subject == CHOSEN and not self._options.operation
            raise UsageError(
                f"--contract-replay {token}: no test of the rules that were asked for sends it "
                f"again. Subjects of {token.area}: {', '.join(sorted(mine)) or 'none collected'}"
                + f"; and {CHOSEN}, with the --contract-operation it was"
                * is_unnamed
            )
        from .replaying import require_way

        require_way(token)

    def _is_selected(self, item: pytest.Item) -> bool:
        rule, token, asked = rule_of_item(item), self._options.replay, self._options.rule
        if rule is None:
            return True
        if token and (rule not in AREAS[token.area] or case_name(item) != token.subject):
            return False
        if asked and is_generated(case_name(item)) and not _explores(asked):
            return False  # thousands of requests, for a rule that is asked about by itself
        return not asked or rule.id in asked


def _explores(asked: Iterable[str]) -> bool:
    """Return whether generated requests are sent for one of these rules."""
    return any(rule.startswith(EXPLORING) for rule in asked)


def is_whole(config: pytest.Config, options: Options) -> bool:
    """Return whether no test of a rule that is judged is left out by what was typed."""
    asked = config.option
    words = [asked.keyword, asked.markexpr, asked.deselect, getattr(asked, "lf", False)]
    named = any("::" in argument or argument.endswith(".py") for argument in config.args)
    return not (any(words) or named or options.replay)


def turn_of(item: pytest.Item) -> int:
    """Return when a test has its turn: those of others first, those that disturb last."""
    rule = rule_of_item(item)
    return TURNS.get(rule, USUAL) if rule else OTHERS
