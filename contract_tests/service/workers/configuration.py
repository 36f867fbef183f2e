"""The settings of an app in this process: which there are, how they show, what pools made of them.

Settings are looked for where pydantic-settings keeps them, if the app has imported it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

from ...instruments.private import longest_use, overflow_limit


def settings_fields() -> set[str]:
    """Return the variables that the app's classes of settings declare."""
    return {name for kind in _kinds(_base()) for name in _variables_of(kind)}


def shown_settings() -> list[str]:
    """Return what `repr` shows of each object that holds settings."""
    base = _base()
    found = [each for each in gc.get_objects() if isinstance(each, base)] if base else []
    return [repr(each) for each in found]


def pool_of_engine(engine: Engine, by_alias: bool) -> dict[str, object]:  # noqa: FBT001 - a fact
    """Return what the pool of an engine was made with; its size, only if it has one."""
    pool = engine.pool
    facts: dict[str, object] = {
        "url": by_alias,
        "echo": bool(engine.echo),
        "recycle": longest_use(pool),
    }
    if isinstance(pool, QueuePool):
        facts |= {"size": pool.size(), "overflow": overflow_limit(pool), "wait": pool.timeout()}
    return facts


def _base() -> Any:
    return getattr(sys.modules.get("pydantic_settings"), "BaseSettings", None)


def _kinds(base: Any) -> Iterator[Any]:
    for kind in base.__subclasses__() if base else ():
        yield kind
        yield from _kinds(kind)


def _variables_of(kind: Any) -> Iterator[str]:
    # What a library makes of its own classes of settings need not be readable.
    with suppress(AttributeError, TypeError):
        prefix = str(kind.model_config.get("env_prefix") or "")
        within = str(kind.model_config.get("env_nested_delimiter") or "")
        for name, field in kind.model_fields.items():
            yield from _names(name, field, prefix)
            inner = getattr(field.annotation, "model_fields", {}) if within else {}
            yield from (f"{prefix}{name}{within}{each}".upper() for each in inner)


def _names(name: str, field: Any, prefix: str) -> Iterator[str]:
    alias = field.validation_alias
    if alias is None:
        yield f"{prefix}{name}".upper()
        return
    for choice in getattr(alias, "choices", [alias]):
        if isinstance(choice, str):
            yield choice.upper()
