"""An environment of a newcomer: the built kit, what it needs, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

SETTINGS = ("CONTRACT_", "PYTEST_", "PYTHON")


@dataclass(frozen=True)
class Newcomer:
    """Someone with an environment of their own, in an empty folder."""

    environment: Path
    folder: Path

    @property
    def scripts(self) -> Path:
        """The folder of the commands that were installed."""
        return self.environment / ("Scripts" if os.name == "nt" else "bin")

    def ran(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run an installed command; nothing around it says where a source could be."""
        environ = {n: value for n, value in os.environ.items() if not n.startswith(SETTINGS)}
        return subprocess.run(
            [str(self.scripts / command), *arguments],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )


def install(wheel: Path, environment: Path) -> None:
    """Install a wheel without an index: what it needs is taken from the environment of the proofs.

    Of that nothing else is there, neither the extras nor what only the proofs need.
    """
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    (libraries,) = environment.glob("lib/python3*/site-packages")
    (metadata,) = libraries.glob("pytest_crud_contract-*.dist-info")
    for found in needed_by(Distribution.at(metadata)):
        link(found, libraries)


def needed_by(of: Distribution) -> list[Distribution]:
    """Return the distributions that one needs to be installed, without its extras."""
    found: dict[str, Distribution] = {}
    open_ones = [*_required(of, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while open_ones:
        name, extras = open_ones.pop()
        if (name, extras) not in seen:
            seen.add((name, extras))
            found[name] = distribution(name)
            open_ones += _required(found[name], extras)
    return list(found.values())


def _required(of: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for line in of.requires or ():
        needed = Requirement(line)
        asked = [{"extra": extra} for extra in ("", *extras)]
        if needed.marker is None or any(map(needed.marker.evaluate, asked)):
            yield re.sub(r"[-_.]+", "-", needed.name).lower(), frozenset(needed.extras)


def link(found: Distribution, libraries: Path) -> None:
    """Let another environment have the files of a distribution."""
    for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        place = libraries / top
        if not place.exists():
            place.symlink_to(Path(str(found.locate_file(top))))
