"""Names for databases on a server of others: they tell which process of which machine made them."""

import hashlib
import os
import platform
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .scratch import is_alive

PATTERN = re.compile(r"contract_([0-9a-f]{6})_([0-9]+)_[0-9a-f]{8}")


def fresh_name() -> str:
    """Name a database so that nobody mistakes it for one of their own; an account's fits too."""
    return f"contract_{_here()}_{os.getpid()}_{secrets.token_hex(4)}"


def abandoned(names: Iterable[str]) -> list[str]:
    """Pick the databases that runs on this machine have left which live no more."""
    found = [match for name in names if (match := PATTERN.fullmatch(name))]
    return [match[0] for match in found if match[1] == _here() and not is_alive(int(match[2]))]


def _here() -> str:
    """Tell this machine, or container, from those that share the server: numbers repeat there."""
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:6]
