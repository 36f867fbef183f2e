"""The words of the errors area."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
