"""The words of the failures area about a database that is away for a while, or does not take all."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
