"""The mask of a run: it knows every secret, and replaces each of them with `***`."""

from __future__ import annotations

import re
from typing import Any

from .addresses import HIDDEN, without_passwords
from .forms import forms_of

SHORTEST = 4
"""Letters of a secret that is looked for at all, and of a part of one where a text was cut."""

SHORT = 8
"""Letters from which a secret is no part of another word by chance."""

COMMON = (
    "contract",
    "localhost",
    "mariadb",
    "mysql",
    "password",
    "postgres",
    "postgresql",
    "root",
    "sqlite",
    "test",
)
"""Words of which a report consists: whoever has one of them as a password hides nothing, and a
report without them would tell nothing. In an address, or behind the scheme of a header, they are
masked all the same."""

_CUT = re.compile(r"(\.{2,}|…)")
_AROUND_CUT = "'\" "

_learnt: list[str] = []


def learn(secret: str) -> str:
    """Mask a secret in all that this process prints from now on, and return it."""
    _learnt.append(secret)
    return secret


class Mask:
    """Replaces the secrets it was given, those that were learnt, and passwords in addresses."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = secrets
        self._known = -1
        self._forms: tuple[str, ...] = ()

    def __call__(self, text: str) -> str:
        """Return the text without secrets, and without what is left of one that was cut."""
        forms = self._all_forms()
        for form in forms:
            if form in text:
                text = _replaced(text, form)
        text = without_passwords(text)
        return _without_parts(text, forms) if forms and _CUT.search(text) else text

    def within(self, value: Any) -> Any:
        """Return a value with all its texts masked.

        What pytest shows of a failure (it can be written `toterminal`) is changed in place.
        """
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list | tuple):
            parts = [self.within(part) for part in value]
            return parts if isinstance(value, list) else tuple(parts)
        if isinstance(value, dict):
            return {name: self.within(part) for name, part in value.items()}
        if hasattr(value, "toterminal"):
            vars(value).update(self.within(vars(value)))
        return value

    def _all_forms(self) -> tuple[str, ...]:
        """The forms of all secrets, the longest first: one may be a part of another."""
        if self._known != len(_learnt):
            self._known = len(_learnt)
            secrets = {secret for secret in (*self._secrets, *_learnt) if is_telling(secret)}
            forms = {form for secret in secrets for form in forms_of(secret)}
            self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        return self._forms


def is_telling(secret: str) -> bool:
    """Return whether a text can be looked for without hiding what is none of its business."""
    return len(secret) >= SHORTEST and secret.lower() not in COMMON


def _replaced(text: str, form: str) -> str:
    if len(form) >= SHORT:
        return text.replace(form, HIDDEN)
    return re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", HIDDEN, text)


def _without_parts(text: str, forms: tuple[str, ...]) -> str:
    """Replace, at every mark of a cut, the beginning of a secret before it or the end after it."""
    parts = _CUT.split(text)
    backwards = tuple(form[::-1] for form in forms)  # an end is a beginning, read backwards
    for place in range(0, len(parts) - 1, 2):
        parts[place] = _without_beginning(parts[place], forms)
        parts[place + 2] = _without_beginning(parts[place + 2][::-1], backwards)[::-1]
    return "".join(parts)


def _without_beginning(text: str, forms: tuple[str, ...]) -> str:
    """The text, which may end with the beginning of one of the forms and a quote."""
    bare = text.rstrip(_AROUND_CUT)
    begun = max((_begun(bare, form) for form in forms), default=0)
    return f"{bare[:-begun]}{HIDDEN}{text[len(bare) :]}" if begun else text


def _begun(text: str, form: str) -> int:
    """Return how many letters of a form a text ends with, counted from the form's beginning."""
    head = form[:SHORTEST]
    place = text.find(head, max(0, len(text) - len(form)))
    while place >= 0 and not form.startswith(text[place:]):
        place = text.find(head, place + 1)
    return len(text) - place if place >= 0 else 0
