"""The await stack of a suspended coroutine, down to the line in the app."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Iterator
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType
from typing import Any, TypeAlias

from .attribution import is_app, is_of_sqlalchemy, named_line

Link: TypeAlias = "CoroutineType[Any, Any, Any]"
# asyncio.wait waits in a private coroutine, `_wait`; a task group waits in its `__aexit__`.
INWARD = frozenset({"greenlet_spawn", "_wait", "__aexit__", "receive", "send", "acquire"})
"""Coroutines that wait for the database (SQLAlchemy's bridge), for tasks, the client or a turn."""


def chain_of(strand: object) -> list[Link]:
    """The coroutines that await each other, from the outermost to the one that waits."""
    found: list[Link] = []
    while isinstance(strand, CoroutineType):
        found.append(strand)
        strand = strand.cr_await
    return found


def waiting_line(strand: object) -> str:
    """The innermost line of the app that waits: ``file.py:12 in name``, or an empty string."""
    return next(iter(_own_lines(strand)), "")


def waiting_lines(task: asyncio.Task[Any], others: Iterable[asyncio.Task[Any]] = ()) -> str:
    """The lines of the app that wait for each other, the innermost first; empty if there are none.

    The first of the `others` that has some is taken for what the task waits for: middleware and
    `asyncio.wait_for` have tasks of their own made.
    """
    inner = next(filter(None, (_own_lines(other.get_coro()) for other in others)), [])
    first, *more = [*inner, *_own_lines(task.get_coro())] or [""]
    return f"{first}, awaited at {', '.join(more)}" if more else first


def _own_lines(strand: object) -> list[str]:
    """The lines of the app, the innermost first."""
    return [_line(*each) for each in reversed([*_frames(strand)]) if is_app(each[0].co_filename)]


def _frames(strand: object) -> Iterator[tuple[CodeType, FrameType | None]]:
    """Follow what awaits what, through async generators as well: a lifespan is one."""
    while strand is not None:
        if isinstance(strand, CoroutineType):
            yield strand.cr_code, strand.cr_frame
            strand = strand.cr_await
        elif isinstance(strand, AsyncGeneratorType):
            yield strand.ag_code, strand.ag_frame
            strand = strand.ag_await
        else:
            strand = _driven_by(strand)


def _driven_by(strand: object) -> AsyncGeneratorType[Any, Any] | None:
    """The generator that an `asend` or `athrow` drives: none but the collector tells of it."""
    if not _is_of_generator(strand):
        return None
    inside = (each for each in gc.get_referents(strand) if isinstance(each, AsyncGeneratorType))
    return next(inside, None)


def foreign_line(strand: object) -> str:
    """The line of the app that waits for something else than the database; empty if none does.

    Waiting for tasks of its own is not counted, nor for the client, nor in an async generator,
    which does not tell what it waits for.
    """
    chain = chain_of(strand)
    places = [place for place, link in enumerate(chain) if is_app(link.cr_code.co_filename)]
    if not places or _ends_in_generator(chain):
        return ""
    inner = chain[places[-1] :]
    if any(link.cr_code.co_name in INWARD or is_of_sqlalchemy(link) for link in inner):
        return ""
    return _line(inner[0].cr_code, inner[0].cr_frame)


def is_pool_wait(strand: object) -> bool:
    """Return whether it waits for an asyncio queue, as SQLAlchemy's pools do when exhausted."""
    return any(link.cr_code.co_filename == asyncio.queues.__file__ for link in chain_of(strand))


def _ends_in_generator(chain: list[Link]) -> bool:
    return bool(chain) and _is_of_generator(chain[-1].cr_await)


def _is_of_generator(strand: object) -> bool:
    # By name: the types of `asend` and `athrow` are public nowhere.
    return type(strand).__name__.startswith("async_generator_")


def _line(code: CodeType, frame: FrameType | None) -> str:
    # What has ended has no frame any more.
    number = frame.f_lineno if frame else code.co_firstlineno
    return named_line(code.co_filename, number, code.co_name)
