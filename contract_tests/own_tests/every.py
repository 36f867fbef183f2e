"""The decorators of a test that is run once for each point, and the region it may mark."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import pytest

from ..rules.violation import UsageError
from .disturbed_run import DisturbedRun
from .sweep_mark import EVERY, SweepMark

Test = TypeVar("Test", bound=Callable[..., Any])

_running: list[DisturbedRun] = []


@contextmanager
def run_by(run: DisturbedRun) -> Iterator[None]:
    """Let decorated tests in the block be run as this says."""
    _running.append(run)
    try:
        yield
    finally:
        _running.pop()


def is_swept() -> bool:
    """Return whether a decorated test is being run."""
    return bool(_running)


def is_disturbed() -> bool:
    """Return whether a test is being run at one of its points, and not as its own control."""
    return is_swept() and _running[-1].part is not None


def every_fault(test: Test) -> Test:
    """Run a test once for each database call of its requests, which fails.

    @every_fault
    async def test_transfer_is_all_or_nothing(client, balances):
        before = await balances()
        await client.post("/transfer", json={"to": 2, "amount": 5})
        assert await balances() in (before, before.after_transfer(5))

    In the run of a point, an exception that leaves the app is a 500 for the client.
    """
    return _swept(test, SweepMark("fault"))


def every_cancellation(test: Test) -> Test:
    """Run a test once for each await of its requests, at which the request is cancelled.

    In the run of a point, a cancelled request is answered with 499, unless it was answered before.
    """
    return _swept(test, SweepMark("cancellation"))


def every_interleaving(other: Callable[..., Any]) -> Callable[[Test], Test]:
    """Run a test once for each order of the database calls of its request and of `other`.

    `other` is called with the fixtures of the test that its parameters name, while the first
    request of the test, or its region, is under way; the test goes on when both have ended.
    """
    return lambda test: _swept(test, SweepMark("interleaving", other))


class Disturbed:
    """A region of a test: nothing else of the test is disturbed.

    `error` is the exception by which the disturbance left the region, if it did.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin the region."""
        _run().enter_region()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """End the region, and the exception of the disturbance with it."""
        is_ours = _run().leave_region(error)
        if is_ours and error is not None:
            # Its frames would keep what they hold: connections, too.
            self.error = error.with_traceback(None)
        return is_ours

    async def __aenter__(self) -> Self:
        """Begin the region."""
        await _run().begin_region()
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """End the region, and the exception of the disturbance with it."""
        await _run().end_region()
        return self.__exit__(kind, error, traceback)


def disturbed() -> Disturbed:
    """Mark the calls that a test is about, by `with` or `async with`: these alone are disturbed.

    @every_fault
    async def test_transfer_is_all_or_nothing(session, balances):
        before = await balances()
        with disturbed():
            await service.transfer(session, to=2, amount=5)
        assert await balances() in (before, before.after_transfer(5))

    The exception of the disturbance ends the block, and the test goes on behind it.
    """
    return Disturbed()


def _swept(test: Test, sweep: SweepMark) -> Test:
    marked: Test = getattr(pytest.mark, EVERY)(sweep)(_disturbable(test))
    return marked


def _disturbable(test: Any) -> Any:
    """Return the test, run as the plug-in says."""
    if getattr(test, "is_disturbable", False):
        return test
    if inspect.iscoroutinefunction(test):

        @functools.wraps(test)
        async def run_disturbed(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            run = _run()
            with run.in_force(kwargs):
                return await run.driven(test(*args, **kwargs))

    else:

        @functools.wraps(test)
        def run_disturbed(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            with _run().in_force(kwargs):
                return test(*args, **kwargs)

    vars(run_disturbed)["is_disturbable"] = True
    return run_disturbed


def _run() -> DisturbedRun:
    if not _running:
        raise UsageError(
            "nothing is disturbed here: @every_fault and the like, and disturbed() in their tests, "
            "need pytest with the plug-in contract_tests.plugin"
        )
    return _running[-1]
