"""`contract-tests explain`: rules in full."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import textwrap
from collections.abc import Sequence

from ..rules import RULES, Rule, needs_of, rule_of
from ..rules.editions import first_edition_with
from ..rules.reported import reports_of
from ..rules.violation import UsageError
from . import KIT, Command, declare_own_rules, import_own_rules
from .prove import proof_catalogue

WIDTH, TITLE = 96, 7
"""Columns of a page, and of the titles in it."""


def print_explanations(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Print the explanation of each rule that was asked for."""
    try:
        import_own_rules(asked)
        rules = [rule_of(identifier) for identifier in asked.rules]
    except (LookupError, UsageError) as error:
        print(error.args[0], file=sys.stderr)  # noqa: T201
        return 2
    print("\n\n".join(explanation(rule) for rule in rules))  # noqa: T201
    return 0


def explanation(rule: Rule) -> str:
    """A rule: its promise, and each thing that is told of it."""
    lines = [f"{rule.id} ({rule.level})", textwrap.fill(rule.statement, WIDTH)]
    told = [*paragraphs(rule), *(("broken", words) for words in _examples(rule))]
    for title, words in told:
        lines += ["", _paragraph(title, words)]
    return "\n".join(lines)


def paragraphs(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Return what the kit itself tells of a rule, each text beside its title.

    The page of the rule in the documentation is made of the same texts.
    """
    edition = first_edition_with(rule.id)
    return (
        ("why", rule.rationale),
        *(("seen", words) for words in _observations(rule)),
        ("fix", rule.fix),
        ("needs", ", ".join(needs_of(rule)) or "nothing special"),
        *([("since", f"edition {edition}")] if edition else []),
        *(("met", f"{report.words} {report.url}") for report in reports_of(rule.id)),
    )


def _paragraph(title: str, words: str) -> str:
    """Lay words out beside their title."""
    indent = " " * TITLE
    return textwrap.fill(
        words,
        WIDTH,
        initial_indent=title.ljust(TITLE),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,  # addresses have them
    )


def _observations(rule: Rule) -> list[str]:
    """Return the docstrings of the tests that judge a rule."""
    suite = f"{__package__.rpartition('.')[0]}.suite"
    tests = [
        test
        for module in pkgutil.iter_modules([str(KIT / "suite")])
        for test in vars(importlib.import_module(f"{suite}.{module.name}")).values()
        if any(rule in mark.args for mark in getattr(test, "pytestmark", ()))
    ]
    return [" ".join((test.__doc__ or "").split()) for test in dict.fromkeys(tests)]


def _examples(rule: Rule) -> list[str]:
    """The apps that break a rule on purpose, or what to install to see them."""
    try:
        apps = proof_catalogue().broken_apps()
    except LookupError as error:
        return [str(error.args[0])]
    return [f"{app.locator}: {app.defect}" for app in apps if app.rule == rule.id]


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", nargs="+", metavar="ID")
    declare_own_rules(parser)


def _hint(parser: argparse.ArgumentParser) -> None:
    """Let the ids of the kit's rules be completed; those of a team are known later."""
    named = next(each for each in parser._actions if each.dest == "rules")  # noqa: SLF001
    named.choices = [rule.id for rule in RULES]


COMMAND = Command(
    "a rule's promise, reason and fix", print_explanations, _declare, place=3, hint=_hint
)
