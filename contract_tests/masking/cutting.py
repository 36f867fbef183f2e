"""Cut a text so that what is left of a secret in it can still be told."""

from __future__ import annotations

CUT = "…"
"""Stands where a text was cut: a mask looks there for a part of a secret."""


def cut(text: str, longest: int) -> str:
    """Return the text, or its beginning and `CUT` if it is longer than that."""
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT


def cut_front(text: str, longest: int) -> str:
    """Return the text, or `CUT` and its end if it is longer than that."""
    return text if len(text) <= longest else CUT + text[len(CUT) - longest :]
