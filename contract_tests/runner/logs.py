"""Log records of the service while it is under contract."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def quiet_engines() -> Iterator[None]:
    """Keep engines with `echo=True` from logging each statement: timelines show what matters."""
    logger = logging.getLogger("sqlalchemy.engine.Engine")
    # A level would not help: the logger of an engine with `echo` decides by `echo` alone, and
    # then calls `Logger._log`, which asks the filters only.
    logger.addFilter(_is_telling)
    try:
        yield
    finally:
        logger.removeFilter(_is_telling)


def _is_telling(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO


@contextmanager
def plain_records() -> Iterator[None]:
    """Let log records hold words, and nothing of what they are about.

    pytest keeps every record of a test. A driver that logs its calls would have it keep cursors as
    well, and with a cursor of SQLite the lock of a read that nobody will end.
    """
    make = logging.getLogRecordFactory()

    def made(*given: Any, **named: Any) -> logging.LogRecord:
        record = make(*given, **named)
        with suppress(Exception):  # a message that does not fit: its handler tells, as ever
            record.msg, record.args = record.getMessage(), ()
        return record

    logging.setLogRecordFactory(made)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)
