"""The words of the failures area: a database call that fails, a connection that breaks, a COMMIT nobody confirms."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
