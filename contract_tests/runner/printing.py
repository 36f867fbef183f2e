"""Put the mask between a run and all that pytest prints of it."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import pytest

from ..masking.mask import Mask

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


class MaskedStream:
    """A stream that masks what is written to it."""

    def __init__(self, stream: Any, mask: Mask) -> None:
        self._stream = stream
        self._mask = mask

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write the text without secrets."""
        self._stream.write(self._mask(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write the lines without secrets."""
        for line in lines:
            self.write(line)


@contextmanager
def masked_streams(mask: Mask) -> Iterator[None]:
    """Mask what is written to Python's standard streams."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (MaskedStream(stream, mask) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class MaskedPrinting:
    """The plug-in object that masks reports where they are made, and the streams for the rest.

    A report is masked before anything reads it: the terminal, the XML, another plug-in, or the
    wire to another process. Not masked is what passes neither pytest nor Python's own streams:
    what a child process or C code writes under `-s`, what `--capture=tee-sys` passes on, and the
    file of `--debug`.
    """

    NAME = f"{__package__}.printing"

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._uncaptured = ExitStack()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Mask what is written directly: headers, live logs, warnings, the log file."""
        plugins = session.config.pluginmanager
        # pytest has no public way to either of these streams.
        self._wrap(getattr(plugins.get_plugin("terminalreporter"), "_tw", None), "_file")
        logs = plugins.get_plugin("logging-plugin")
        self._wrap(getattr(logs, "log_file_handler", None), "stream")
        if session.config.option.capture == "no":
            self._uncaptured.enter_context(masked_streams(self._mask))

    def _wrap(self, owner: Any, name: str) -> None:
        stream = getattr(owner, name, None)
        if stream is not None:
            setattr(owner, name, MaskedStream(stream, self._mask))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_finish(self) -> Generator[None, object, object]:
        """Mask what the service prints when it starts: pytest captures nothing between tests."""
        with masked_streams(self._mask):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_unconfigure(self) -> Generator[None, object, object]:
        """Mask what it prints when it ends, and give Python its streams back."""
        with self._uncaptured, masked_streams(self._mask):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mask the report of a test, whosever it is."""
        return self._masked((yield))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Mask the report of a file that was collected."""
        return self._masked((yield))

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """Mask what all others are going to be told of an internal error."""
        self._mask.within(excrepr)

    def _masked(self, report: Report) -> Report:
        told = ("longrepr", "sections", "user_properties", "contract_verdict", "contract_facts")
        found = {name: part for name, part in vars(report).items() if name in told}
        vars(report).update(self._mask.within(found))
        return report
