"""The command beside another one that stops reading."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("arguments", [("list",), ("explain", "SES-03")])
def test_a_reader_who_has_seen_enough_gets_no_traceback(arguments: tuple[str, ...]) -> None:
    """As in `contract-tests list | head`: nothing is said about the closed pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "contract_tests", *arguments],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, "")
