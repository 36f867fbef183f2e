"""The tool that brought a copy where `contract-tests vendor` did not: git subtree and others."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

COPIER = re.compile(r"^_(src_path|commit): *(.*)$", re.MULTILINE)


def origin_of(folder: Path) -> str:
    """Say which tool may have brought a folder, and how that tool updates it; empty for none."""
    return next(_origins(folder.resolve()), "")


def _origins(folder: Path) -> Iterator[str]:
    subtree = _subtree(folder)
    if subtree:
        yield f"brought by git subtree: git subtree pull --prefix={subtree} updates it"
    for above in (folder, *folder.parents):
        answers, cruft = above / ".copier-answers.yml", above / ".cruft.json"
        if answers.is_file():
            said = dict(COPIER.findall(answers.read_text(encoding="utf-8")))
            yield f"in a project of {_source(said, 'src_path')}: copier update updates that"
        if cruft.is_file():
            said = json.loads(cruft.read_text(encoding="utf-8"))
            yield f"in a project of {_source(said, 'template')}: cruft update updates that"


def _source(said: dict[str, str], key: str) -> str:
    return f"the template {said.get(key) or '?'} at {said.get('commit') or '?'}"


def _subtree(folder: Path) -> str:
    """Give the prefix by which git subtree brought a folder, or one above it."""
    top = _git(folder, "rev-parse", "--show-toplevel").strip()
    if not top:
        return ""
    place = folder.relative_to(Path(top).resolve())
    told = _git(folder, "log", "--grep", "^git-subtree-dir: ", "--format=%B")
    brought = re.findall(r"^git-subtree-dir: (.*?)/?\s*$", told, re.MULTILINE)
    prefixes = [path.as_posix() for path in (place, *place.parents)]
    return next((prefix for prefix in prefixes if prefix in brought), "")


def _git(folder: Path, *arguments: str) -> str:
    """Give what git says of a folder; nothing where there is no git, or no repository."""
    try:
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return ""
    return done.stdout if not done.returncode else ""
