"""The words of the openapi area."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
