"""Make the schema of a service that does not make it at start-up."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ..rules.violation import UsageError

LIMIT = 120.0
TAIL = 5
NO_TABLES = (
    "The database has no tables: name the command that makes them with "
    "--contract-prepare (contract_prepare, CONTRACT_PREPARE)"
)


def run_command(command: str, root: Path) -> None:
    """Run the command the user named, in the project's folder and with the addresses set.

    Raises `UsageError` with the end of what it said if it fails.
    """
    try:
        done = subprocess.run(  # noqa: S602 - the user's own command line, as in a shell
            command,
            shell=True,
            cwd=root,
            env=os.environ.copy(),
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"--contract-prepare {command!r}: no end within {LIMIT:.0f} s") from None
    if done.returncode:
        said = " / ".join((done.stderr or done.stdout).strip().splitlines()[-TAIL:])
        raise UsageError(f"--contract-prepare {command!r} ended with {done.returncode}: {said}")
