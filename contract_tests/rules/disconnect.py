"""The words of the disconnect area: a client that leaves, or that is slow."""

from __future__ import annotations

from .rule import Rule

RULES: tuple[Rule, ...] = ()
