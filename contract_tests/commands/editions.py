"""`contract-tests editions`: what each edition of the contract demands, and what has changed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from ..rules import RULES
from ..rules.editions import EDITIONS, Edition
from ..rules.rule import Level
from . import Command

NOTHING = Edition("", frozenset(), frozenset())


def print_editions(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the editions, the newest first, each with its difference to the one before."""
    editions = [*EDITIONS.values()]
    for before, edition in reversed([*zip([NOTHING, *editions], editions, strict=False)]):
        print("\n".join(edition_lines(edition, before)))  # noqa: T201 - the command's purpose
    return 0


def edition_lines(edition: Edition, before: Edition) -> Iterator[str]:
    """Give an edition in words."""
    preview = [rule.id for rule in RULES if edition.level_of(rule.id) is Level.PREVIEW]
    yield (
        f"{edition}: {len(edition.required)} rules required, {len(edition.recommended)} "
        f"recommended; preview: {', '.join(preview) or 'none'}"
    )
    if before is NOTHING:
        return
    for level in (Level.REQUIRED, Level.RECOMMENDED, Level.PREVIEW):
        now = {rule.id for rule in RULES if edition.level_of(rule.id) is level}
        changed = sorted(rule for rule in now if before.level_of(rule) is not level)
        if changed:
            yield f"  {level} since then, and not in {before}: {', '.join(changed)}"


COMMAND = Command("the editions, and what each changed", print_editions, place=9)
