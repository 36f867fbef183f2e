"""The page of a rule: the kit's own words on it, and the code of the apps that prove it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from contract_tests.commands.explain import paragraphs
from contract_tests.rules import AREAS, RULES, Rule, needs_of
from contract_tests.service.capabilities import CAPABILITIES
from proofs.broken import BrokenApp
from proofs.catalogue import broken_apps, innocent_apps, mended_apps
from proofs.innocent import InnocentApp
from proofs.mended import MendedApp
from proofs.pages.code_shown import change, code_of

LEVELS = {"required": "MUST: turns a run red", "recommended": "SHOULD: a warning"}
TITLES = {"crud": "CRUD", "openapi": "OpenAPI"}
UNSEEN = "the service connects past SQLAlchemy, by a driver itself"
NO_FIX = "No fix of this app is written down as code yet; the words above say what to change."


def area_of(rule: Rule) -> str:
    """Return the area that has a rule."""
    return next(area for area, rules in AREAS.items() if rule in rules)


def rule_page(rule: Rule) -> str:
    """Return the Markdown of a rule's page."""
    return "\n".join(_lines(rule))


def area_page(area: str) -> str:
    """Return the Markdown of an area's page: its rules, and which have their fix as code."""
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {rule.level} | {rule.statement} "
        f"| {'yes' if mended_of(rule) else ''} |"
        for rule in AREAS[area]
    ]
    table = ["| rule | level | promise | a fix as code |", "|---|---|---|---|", *rows]
    return "\n".join([f"# {TITLES.get(area, area.capitalize())}", "", *table, ""])


def _lines(rule: Rule) -> Iterator[str]:
    told: dict[str, list[str]] = {}
    for title, words in paragraphs(rule):
        told.setdefault(title, []).append(words)
    area = area_of(rule)
    yield from ("---", "hide: [navigation]", "---", "")
    yield from (f"# {rule.id}", "", f"**{rule.statement}**", "{ .promise }", "")
    facts = [f"[{area}]({area}.md)", LEVELS.get(rule.level, "preview: never turns a run red")]
    facts += [f"since {words}" for words in told.get("since", [])]
    yield from (" · ".join(facts), "{ .facts }", "")
    yield from ("## Why it matters", "", *told["why"], "")
    yield from ("## How it is observed", "", *(f"- {words}" for words in told["seen"]), "")
    yield from ("## What to do", "", *told["fix"], "")
    if needs := needs_of(rule):
        yield from ("## Where it does not apply", "", *map(_missing, needs), "")
    yield from _proved(rule)
    if reports := told.get("met"):
        yield from ("## Reported by others", "", *map(_linked, reports), "")
    yield from _neighbours(rule)


def _missing(capability: str) -> str:
    """Tell what is said of a service that lacks a capability."""
    _, reason = CAPABILITIES[capability]
    return f"- {_upper(reason if isinstance(reason, str) else UNSEEN)}."


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _linked(words: str) -> str:
    told, _, url = words.rpartition(" ")
    return f"- {told} [{'/'.join(url.split('/')[3:5])}]({url})"


def _proved(rule: Rule) -> Iterator[str]:
    """Tell the apps that break a rule, the change that mends one, and those that must be spared."""
    apps, mended = broken_of(rule), mended_of(rule)
    apps = sorted(apps, key=lambda app: app.locator not in {each.broken for each in mended})
    first, *others = apps
    yield from ("## An app that breaks it", "", *_broken(first))
    yield from ("## The smallest fix", "")
    if mended:
        yield from _mended(mended[0])
    else:
        yield from (NO_FIX, "")
    if others:
        yield from ("## Other apps that break it", "")
        for app in others:
            yield from _folded(app)
    if spared := spared_by(rule):
        yield from ("## Correct apps that look guilty", "", *map(_spared, spared), "")


def _broken(app: BrokenApp) -> Iterator[str]:
    yield from (app.defect, "", "```python", code_of(app.locator).rstrip(), "```", "")
    yield from (f"The failure says `{app.says}`:", "", "```console", _command(app), "```", "")


def _command(app: BrokenApp) -> str:
    options = " ".join(f"'{each}'" if " " in each else each for each in app.arguments)
    database = "" if "sqlite" in app.databases else f" --contract-database {app.databases[0]}"
    ending = f" {options}" if options else ""
    return f"$ contract-tests run {app.locator} --contract-rule {app.rule}{database}{ending}"


def _mended(app: MendedApp) -> Iterator[str]:
    yield from ("```diff", change(app.broken, app.locator).rstrip(), "```", "")
    yield from (f"`{app.locator}` is the app after this change; it keeps the rule.", "")


def _folded(app: BrokenApp) -> Iterator[str]:
    yield from (f'??? example "{app.defect}"'.replace("`", ""), "")
    code = ["```python", *code_of(app.locator).rstrip().splitlines(), "```"]
    yield from (f"    {line}".rstrip() for line in code)
    yield from ("", f"    `{app.locator}`, which says `{app.says}`", "")


def _spared(app: InnocentApp) -> str:
    return f"- `{app.locator}`: {app.style} It looks guilty: {app.looks.rstrip('.')}."


def _neighbours(rule: Rule) -> Iterator[str]:
    place = RULES.index(rule)
    before = RULES[place - 1 : place] if place else ()
    links = [*(f"← [{each.id}]({each.id}.md)" for each in before)]
    links += [f"[{each.id}]({each.id}.md) →" for each in RULES[place + 1 : place + 2]]
    yield from ("---", "", " · ".join(links), "")


@functools.cache
def broken_of(rule: Rule) -> list[BrokenApp]:
    """Return the apps that break a rule, in the order of their names."""
    return [app for app in broken_apps() if app.rule == rule.id]


def mended_of(rule: Rule) -> list[MendedApp]:
    """Return the mended apps whose broken ones break a rule."""
    broken = {app.locator for app in broken_of(rule)}
    return [app for app in mended_apps() if app.broken in broken]


def spared_by(rule: Rule) -> list[InnocentApp]:
    """Return the innocent apps that are like those that break a rule."""
    return [app for app in innocent_apps() if rule.id in app.near]
