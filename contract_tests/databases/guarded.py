"""Start a server of ours so that it may run, and never outlives the run."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

NOBODY = 65534  # the user `nobody` of nearly every system
AS_NOBODY_INSIDE = ("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")


def guarded(command: Sequence[str], *, dies_by: signal.Signals = signal.SIGKILL) -> list[str]:
    """Wrap a server command: never as root, and ended when this process is.

    A server refuses to run as root. A user namespace shows it another user while the files
    stay ours; where those are forbidden it runs as nobody.
    """
    # unshare clears the parent-death signal, so that has to be set inside of it.
    return [*_unprivileged(), *_tied(dies_by), *command]


def grant(path: Path) -> None:
    """Give a directory or file to the user that guarded commands run as."""
    if _unprivileged() == AS_NOBODY:
        os.chown(path, NOBODY, NOBODY)


@cache
def _unprivileged() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    return AS_NOBODY_INSIDE if _works(AS_NOBODY_INSIDE) else AS_NOBODY


@cache
def _tied(dies_by: signal.Signals) -> tuple[str, ...]:
    prefix = ("setpriv", "--pdeathsig", dies_by.name.removeprefix("SIG"), "--")
    return prefix if _works(prefix) else ()


def _works(prefix: Sequence[str]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    trial = [*prefix, "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0  # noqa: S603
