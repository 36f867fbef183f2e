"""The words of the payloads area."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
