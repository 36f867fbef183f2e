"""The lock of a copy: the version it was made of, and every file as it was then."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...rules.violation import UsageError

LOCK, BASE = "contract.lock", "contract.base"
"""The names of the lock, and of the archive of the unmodified files, in the folder of a copy."""

LEFT = re.compile(r"(^|/)(__pycache__/|\.)")
"""Files of tools: what Python compiles, and what is hidden."""

HEAD = """\
# Written by `contract-tests vendor`: the files of this copy as they came; {base} holds them.
version = "{version}"
edition = "{edition}"

[files]
"""

Contents = Mapping[str, bytes]
"""Files by their path in the copy's folder."""


@dataclass(frozen=True)
class Lock:
    """The version and the edition of a copy, and the hash of each of its files."""

    version: str
    edition: str
    files: Mapping[str, str]


def read_contents(folder: Path) -> dict[str, bytes]:
    """Give the files of a kit, or of a copy of it: all but lock, base and what tools leave."""
    named = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: _plain(path.read_bytes())
        for name, path in named.items()
        if name not in (LOCK, BASE) and not LEFT.search(name) and path.is_file()
    }


def _plain(content: bytes) -> bytes:
    """Give a text with the line ends that it had before a checkout on Windows."""
    return content.replace(b"\r\n", b"\n")


def hashes_of(contents: Contents) -> dict[str, str]:
    """Give the hash of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def write_lock(folder: Path, version: str, edition: str, contents: Contents) -> None:
    """Write the lock of a copy and its base."""
    head = HEAD.format(base=BASE, version=version, edition=edition)
    rows = [f'"{name}" = "{value}"\n' for name, value in sorted(hashes_of(contents).items())]
    (folder / LOCK).write_text("".join([head, *rows]), encoding="utf-8")
    (folder / BASE).write_bytes(_packed(contents))


def read_lock(folder: Path) -> Lock | None:
    """Read the lock; None if there is none. Raises `UsageError` for one that cannot be read."""
    path = folder / LOCK
    if not path.is_file():
        return None
    try:
        return Lock(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{path} cannot be read ({error}): take it from version control again"
        ) from None


def read_base(folder: Path) -> dict[str, bytes]:
    """Read the files as they came. Raises `UsageError` if the archive is not there."""
    try:
        with tarfile.open(folder / BASE) as archive:
            files = [member for member in archive if member.isfile()]
            return {file.name: _member(archive, file) for file in files}
    except (OSError, tarfile.TarError) as error:
        raise UsageError(
            f"{folder / BASE} cannot be read ({error}): take it from version control again"
        ) from None


def _member(archive: tarfile.TarFile, file: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(file)
    return opened.read() if opened else b""


def _packed(contents: Contents) -> bytes:
    """Pack files; the same ones always give the same archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for name, content in sorted(contents.items()):
            file = tarfile.TarInfo(name)
            file.size = len(content)
            archive.addfile(file, io.BytesIO(content))
    return packed.getvalue()
