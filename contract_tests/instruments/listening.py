"""Add listeners to SQLAlchemy so that each is removed again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sqlalchemy import event

Listener = Callable[..., Any]


def listen(
    undo: ExitStack, *listeners: tuple[type[Any], str, Listener], insert: bool = False
) -> None:
    """Add listeners to classes of SQLAlchemy, and leave in `undo` what removes each.

    On a class, since an engine may be made, or its pool replaced, at any time, and engines that
    were derived from another share its pool: a listener of the class is called once for each event.
    """
    for target, name, listener in listeners:
        event.listen(target, name, listener, insert=insert)
        undo.callback(event.remove, target, name, listener)
