"""Logs of the service while it is under contract."""

from __future__ import annotations

import logging

import pytest

from contract_tests.runner.logs import plain_records


class Cursor:
    """Something that a driver logs, and that nobody should keep."""


def test_a_record_keeps_nothing_but_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """What is logged reads as ever, and can be let go."""
    logger = logging.getLogger("driver")
    with caplog.at_level(logging.DEBUG), plain_records():
        logger.debug("executing %s of %d", Cursor(), 7)
        logger.debug("100 % sure")
    words, other = caplog.records
    assert "proofs.test_logs.Cursor" in words.getMessage()
    assert (words.args, other.getMessage()) == ((), "100 % sure")


def test_a_message_that_does_not_fit_is_left_to_its_handler() -> None:
    """The service's mistake is told by logging itself."""
    with plain_records():
        record = logging.getLogRecordFactory()("a", 10, __file__, 1, "%d", ("x",), None)
    assert record.args == ("x",)
