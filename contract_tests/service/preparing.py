"""Make the schema of a service that does not make it at start-up."""

from __future__ import annotations

import asyncio
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

from ..rules.violation import UsageError

LIMIT = 120.0
TAIL = 5


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


def has_migrations(root: Path) -> bool:
    """Return whether the project keeps its schema with Alembic, and Alembic is installed here."""
    return (root / "alembic.ini").is_file() and find_spec("alembic") is not None


async def migrate(root: Path) -> None:
    """Run the project's migrations in this process, where every connection is redirected.

    Raises `UsageError` if they fail.
    """
    before = Path.cwd()
    os.chdir(root)
    try:
        await asyncio.to_thread(_upgrade, root)
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"`alembic upgrade heads` in {root} failed: {type(error).__name__}: {error}; "
            f"name another command with --contract-prepare"
        ) from error
    finally:
        os.chdir(before)


def _upgrade(root: Path) -> None:
    """Upgrade to the heads, in a thread with a loop of its own.

    A project's `env.py` runs its own loop, and many ask for the current one as a main thread has.
    """
    from alembic import command
    from alembic.config import Config

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        command.upgrade(Config(str(root / "alembic.ini")), "heads")
    finally:
        asyncio.set_event_loop(None)
        loop.close()
