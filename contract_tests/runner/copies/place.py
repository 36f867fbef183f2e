"""The files that a copy has beside those of the kit, all in its folder, and its right places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from ...rules.violation import UsageError
from .lock import LOCK, read_contents

DISTRIBUTION = "pytest-crud-contract"
REQUIREMENTS = "requirements.txt"
NOT_FOR_RUNS = ("completion", "dev", "docs", "proofs", "prove", "reference", "vendor")
"""The extras that no run needs. What others bring is named, for those whose database needs it."""

PINNED = ("hypothesis", "schemathesis", "jsonschema-rs")
"""The libraries whose insides the kit uses. Others are the service's too, which decides on them."""

NAME = re.compile(r"[\w.-]+")
EXTRA = re.compile(r"; extra == '(\w+)'$")

CONFTEST = '''\
"""Load this copy of the contract where pytest is given its folder; else keep it out of the way.

Written by `contract-tests vendor`.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEPTH = {depth}  # folders from the one where pytest is run, down to this one
PACKAGE = ".".join(HERE.parts[-DEPTH:])
PLUGIN = f"{{PACKAGE}}.plugin"


def pytest_addoption(pluginmanager):
    """Load the plug-in. Once there is a session, pytest has come here by itself, and too late."""
    if not (pluginmanager.has_plugin(PLUGIN) or pluginmanager.has_plugin("session")):
        sys.path.insert(0, str(HERE.parents[DEPTH - 1]))
        pluginmanager.import_plugin(PLUGIN)


def pytest_ignore_collect(config):
    """Collect nothing here without the plug-in."""
    return None if config.pluginmanager.has_plugin(PLUGIN) else True
'''


def whole_copy(kit: Path, depth: int) -> dict[str, bytes]:
    """Give every file of a copy that lies so many folders below the project's.

    Raises `UsageError` where the kit is not installed, but lies in a folder by chance.
    """
    try:
        beside = {
            "conftest.py": CONFTEST.format(depth=depth),
            "LICENSE": _license(),
            REQUIREMENTS: "".join(f"{line}\n" for line in _requirements()),
        }
    except PackageNotFoundError as absent:
        raise UsageError(f"{absent.name} is not installed: pip install {DISTRIBUTION}") from None
    return read_contents(kit) | {name: text.encode() for name, text in beside.items()}


def _license() -> str:
    return distribution(DISTRIBUTION).read_text("licenses/LICENSE") or ""


def _requirements() -> Iterator[str]:
    """Give the lines of a requirements file: what is installed with the kit, and what may be."""
    yield f"# What this copy of {DISTRIBUTION} {version(DISTRIBUTION)} needs."
    for line in distribution(DISTRIBUTION).requires or ():
        needed, extra = EXTRA.sub("", line), EXTRA.search(line)
        if extra is None:
            name = _name(needed)
            yield f"{name}=={version(name)}" if name in PINNED else needed
        elif extra[1] not in NOT_FOR_RUNS:
            yield f"# {needed}  (for {extra[1]})"


def _name(requirement: str) -> str:
    found = NAME.match(requirement)
    return found[0] if found else requirement


def require_libraries(kit: Path) -> None:
    """Raise `UsageError` if a copy is to judge without what it needs. Pip saw to an installed kit.

    Versions are not compared: a team may have chosen others.
    """
    path = kit / REQUIREMENTS
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    absent = [n for n in map(_name, lines) if not (n.startswith("#") or _is_installed(n))]
    if absent:
        raise UsageError(f"the contract needs {', '.join(absent)}: pip install -r {path}")


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return not name
    return True


def require_place(folder: Path | None) -> Path:
    """Return the folder of a copy, relative to the one we are in.

    Raises `UsageError` if there is none, or Python or pytest could not find a copy there.
    """
    if folder is None:
        raise UsageError("name a folder for the copy, such as tests/contract")
    try:
        place = folder.resolve().relative_to(Path.cwd())
    except ValueError:
        raise UsageError(f"{folder} is not below this folder: go to the project's root") from None
    if not place.parts or any("." in part for part in place.parts):
        raise UsageError(f"{folder} is no package: name a new folder, such as tests/contract")
    if place == Path("contract_tests"):
        raise UsageError(
            f"{folder}: the installed kit has this name; choose another, such as tests/contract"
        )
    return place


def is_kit(folder: Path) -> bool:
    """Return whether a folder holds the kit, with a lock or without one."""
    parts = ("plugin.py", "suite/__init__.py", "rules/rule.py")
    return (folder / LOCK).is_file() or all((folder / part).is_file() for part in parts)
