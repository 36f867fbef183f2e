"""The words of the crud area."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
