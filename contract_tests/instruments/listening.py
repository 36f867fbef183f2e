"""Add listeners to SQLAlchemy so that each is removed again."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sqlalchemy import event

Listener = Callable[..., Any]
Listening = tuple[type[Any], str, Listener]
"""A class of SQLAlchemy, one of its events, and what is called for it."""


def listen(undo: ExitStack, *listeners: Listening, insert: bool = False) -> None:
    """Add listeners to classes of SQLAlchemy, and leave in `undo` what removes each.

    On a class, since an engine may be made, or its pool replaced, at any time, and engines that
    were derived from another share its pool: a listener of the class is called once for each event.
    """
    for target, name, listener in listeners:
        event.listen(target, name, listener, insert=insert)
        undo.callback(event.remove, target, name, listener)


def listen_guarded(
    undo: ExitStack, *listeners: Listening, faults: list[str], applies: Callable[[], bool]
) -> None:
    """Add listeners that are called where `applies`, and whose own errors are put into `faults`.

    An error in a listener would otherwise be the service's failure.
    """
    guarded = functools.partial(_guarded, faults=faults, applies=applies)
    listen(undo, *((target, name, guarded(listener)) for target, name, listener in listeners))


def _guarded(listener: Listener, faults: list[str], applies: Callable[[], bool]) -> Listener:
    @functools.wraps(listener)  # SQLAlchemy reads the signature
    def guarded(*arguments: Any) -> None:
        if not applies():
            return
        try:
            listener(*arguments)
        except Exception as fault:  # noqa: BLE001 - the service must not feel the kit
            faults.append(f"{listener.__name__}: {fault!r}")

    return guarded
