"""The words of the concurrency area: requests at the same time, and more of them than connections."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
