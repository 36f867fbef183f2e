"""The lines that an app logs while it starts, whether or not anything is set up to show them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from .attribution import is_app
from .instrument import Instrument

MOVING = (
    (re.compile(r"\S+://\S+"), "<address>"),
    (re.compile(r"(?<![\w.])/[\w./-]+"), "<path>"),
    (re.compile(r"\d+(?:[.:]\d+)*"), "<number>"),
)
"""The parts of a line that another start has otherwise."""


def _lower_level() -> Callable[[], None]:
    """Have INFO logged where nobody says otherwise; return what puts the level back."""
    root = logging.getLogger()
    before, lowered = root.level, min(root.level or logging.INFO, logging.INFO)
    root.setLevel(lowered)

    def put_back() -> None:
        if root.level == lowered:  # another level is the app's own
            root.setLevel(before)

    return put_back


class StartupLog(Instrument):
    """Collects in `lines` what code of the app logs at level INFO or above, once each.

    A server that logs at INFO shows these; a process that nobody has set up shows warnings alone.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def _begin(self, undo: ExitStack) -> None:
        make = logging.getLogRecordFactory()
        undo.callback(_lower_level())
        undo.callback(logging.setLogRecordFactory, make)

        def made(*given: Any, **named: Any) -> logging.LogRecord:
            record = make(*given, **named)
            with suppress(Exception):  # the service must not feel the kit
                self._note(record)
            return record

        logging.setLogRecordFactory(made)

    def _note(self, record: logging.LogRecord) -> None:
        line = record.getMessage().partition("\n")[0]
        for pattern, word in MOVING:
            line = pattern.sub(word, line)
        if record.levelno >= logging.INFO and is_app(record.pathname) and line not in self.lines:
            self.lines.append(line)
