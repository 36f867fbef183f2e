"""An upgrade from the command line, as a deployment runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from ...databases import Database
from ...service.process import ServiceProcess

LIMIT = 120.0
ERROR = re.compile(r"^(?:[\w.]+(?:Error|Exception|Exit|Interrupt)\b|[\w.]*exc\.\w+|FAILED:)")


def upgraded_by_shell(process: ServiceProcess, database: Database) -> str:
    """Run `alembic upgrade heads` in the project's folder; give its failure, or an empty text.

    Nothing of this process is there, not even the search path of its modules.
    """
    origin = process.origin
    project = origin.migrations
    assert project is not None
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, the project's own command
            [sys.executable, "-m", "alembic", *project.arguments, "upgrade", "heads"],
            cwd=project.folder,
            env=os.environ | origin.handover.variables(database),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end within {LIMIT:.0f} s"
    return _last_error(f"{done.stdout}\n{done.stderr}") if done.returncode else ""


def _last_error(said: str) -> str:
    """The line that names the error, if there is one, else the last."""
    lines = [line.strip() for line in said.strip().splitlines() if line.strip()]
    errors = [line for line in lines if ERROR.match(line)]
    return (errors or lines or ["it failed without a word"])[-1]
