"""The troubles of docs/troubleshooting.md: each a message, a rule that shows it, and an app."""

from __future__ import annotations

import re
from dataclasses import dataclass

from proofs.broken import BrokenApp
from proofs.catalogue import broken_apps
from proofs.matrix import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
SECTION = re.compile(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
MESSAGES = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^`([A-Z]{3}-\d\d)` shows it on `([\w.:]+)`(?:, on (\w+))?\.$", re.MULTILINE)
PARTS = ("**Cause.** ", "**Fix.** ")


@dataclass(frozen=True)
class Trouble:
    """A section of the page. Its first message is that of the app on this database."""

    title: str
    messages: str
    rule: str
    locator: str
    database: str
    is_whole: bool

    def __str__(self) -> str:
        """A readable test id."""
        return self.title

    @property
    def app(self) -> BrokenApp | None:
        """The broken app that has it, if there is one for this rule."""
        apps = (app for app in broken_apps() if app.locator == self.locator)
        return next((app for app in apps if app.rule == self.rule), None)

    @property
    def is_in_kill_matrix(self) -> bool:
        """Return whether the app's declared words are this message: the kill matrix proves them."""
        return self.app is not None and self.app.says in self.messages


def read_troubles() -> tuple[Trouble, ...]:
    """Give the troubles in their order."""
    text = PAGE.read_text(encoding="utf-8")
    return tuple(_read(found[1], found[2]) for found in SECTION.finditer(text))


def _read(title: str, body: str) -> Trouble:
    messages, shown = MESSAGES.search(body), SHOWN.search(body)
    if messages is None or shown is None:
        raise ValueError(f"{title}: a trouble has a message, a rule and an app")
    is_whole = all(f"\n{part}" in body for part in PARTS)
    return Trouble(title, messages[1], shown[1], shown[2], shown[3] or "sqlite", is_whole)
