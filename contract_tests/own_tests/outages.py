"""Outages for a test's own assertions: they last as long as a block."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from ..instruments.refusals import CallRefusals, CommitRefusals, LoanRefusals, Refusals


class OutageBlock:
    """Refuses something inside a `with` or `async with` block; `refused` counts how often.

    A block that ends well without that fails: nothing was tested.
    """

    def __init__(self, refusals: Refusals, lack: str) -> None:
        self._refusals = refusals
        self._lack = lack

    @property
    def refused(self) -> int:
        """The number of refusals so far."""
        return self._refusals.refused

    def __enter__(self) -> Self:
        """Begin to refuse."""
        self._refusals.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop refusing. Raises `AssertionError` if nothing was refused."""
        __tracebackhide__ = True
        self._refusals.__exit__(kind, error, traceback)
        if error is None and not self.refused:
            spared = ", ".join(sorted(self._refusals.spared))
            why = f" (a {spared} has no limit)" if spared else ""
            raise AssertionError(f"nothing was refused: {self._lack} inside the block{why}")

    async def __aenter__(self) -> Self:
        """Begin to refuse."""
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop refusing. Raises `AssertionError` if nothing was refused."""
        __tracebackhide__ = True
        self.__exit__(kind, error, traceback)


def pool_exhausted() -> OutageBlock:
    """Let every pool with a limit have no connection left, without the wait for one.

    with pool_exhausted():
        response = await client.get("/orders")
    assert response.status_code == 503
    """
    return OutageBlock(LoanRefusals(), "no connection was asked of a pool with a limit")


def database_down() -> OutageBlock:
    """Let no database be reached: connecting fails, and so do the calls on open connections.

    with database_down():
        response = await client.get("/orders")
    assert response.status_code == 503
    """
    return OutageBlock(CallRefusals(), "no database call was made")


def commit_refused() -> OutageBlock:
    """Let every COMMIT be refused, and with it what its transaction has written.

    with commit_refused():
        response = await client.post("/orders", json={"item": "tea"})
    assert response.status_code == 503
    """
    return OutageBlock(CommitRefusals(), "no COMMIT was made")
