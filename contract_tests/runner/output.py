"""The app's own output: kept from the terminal, and cut to its end where a failure shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

LINES = 5
"""Lines of the app's output, and of its log, that a failure shows."""


def ending_of(output: str) -> str:
    """Return the last lines of what the app has written, with the number of those before."""
    lines = output.rstrip().splitlines()
    if len(lines) <= LINES:
        return output
    return "\n".join((f"({len(lines) - LINES} lines before; -v shows all)", *lines[-LINES:]))


@contextmanager
def captured_between_tests(config: pytest.Config) -> Iterator[list[str]]:
    """Capture what is written while no test runs, as pytest does in each: it gives the text then.

    With `-s`, or without pytest's capturing, the text goes where the app sends it.
    """
    written: list[str] = []
    capture = config.pluginmanager.get_plugin("capturemanager")
    if capture is None or not capture.is_globally_capturing():
        yield written
        return
    capture.resume_global_capture()
    try:
        yield written
    finally:
        capture.suspend_global_capture()
        written += capture.read_global_capture()
