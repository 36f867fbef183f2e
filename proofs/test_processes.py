"""Processes that end with the app are no leftovers, and others are ended by the kit."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

from contract_tests.instruments.attribution import current
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.spawned import Spawned
from proofs.broken.starting import around
from proofs.matrix import run_contract

Usual = AbstractAsyncContextManager[object]
SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


def sleeping() -> subprocess.Popen[bytes]:
    """Start what nobody needs to wait for."""
    return subprocess.Popen(SLEEP)


def pool_of_processes() -> FastAPI:
    """A pool that the shutdown ends, beside the fork server of multiprocessing, which lasts."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        context = multiprocessing.get_context("forkserver")
        sleeper = sleeping()
        with ProcessPoolExecutor(1, context) as pool:
            assert pool.submit(abs, -1).result() == 1
            async with usual:
                yield
        sleeper.terminate()
        sleeper.wait()

    return around(lifespan)


def test_processes_that_end_with_the_app_are_spared() -> None:
    """Nor is one of a library told that ends when the process of the app does."""
    result = run_contract(f"{__name__}:pool_of_processes", "sqlite", "--contract-rule", "LIF-09")

    assert [row["verdict"] for row in result.report["verdicts"]] == ["upheld"], result.printed


def test_what_is_left_over_is_ended() -> None:
    """A process of the app is told with its line, and runs no longer once the kit has ended it."""
    with Spawned() as spawned:
        current.set(Exchange(1, Request("GET", "/")))
        left = subprocess.Popen(SLEEP)
        current.set(None)
        (told,) = spawned.running
        spawned.end()

    assert str(told).endswith("in test_what_is_left_over_is_ended")
    assert left.returncode is not None
    assert spawned.running == ()
