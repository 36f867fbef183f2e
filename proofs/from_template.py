"""The steps of docs/from-template.md: what the kit finds in a template's app, and the changes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proofs.matrix import ROOT

TEMPLATE = ROOT / "proofs" / "template"
PAGE = ROOT / "docs" / "from-template.md"

STEP = re.compile(r"^## \d+\. .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^```console\n\$ (.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DIFF = re.compile(r"^```diff\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^--- a/.*\n\+\+\+ b/(.*)\n", re.MULTILINE)
HUNK = re.compile(r"^@@ -(\d+).*\n", re.MULTILINE)
OPTION = re.compile(r"--contract-(\w+) (\S+)")
CUT = "…"


@dataclass(frozen=True)
class Step:
    """What is found by these rules on this database, in these lines, and the change that mends it.

    A line that ends with `CUT` is the beginning of one.
    """

    rules: frozenset[str]
    database: str
    lines: tuple[str, ...]
    diff: str

    def is_told(self, printed: str) -> bool:
        """Return whether a run printed every line."""
        told = printed.splitlines()
        return all(any(_says(line, each) for each in told) for line in self.lines)


def _says(line: str, printed: str) -> bool:
    cut = line.removesuffix(CUT)
    return printed == line if cut == line else printed.startswith(cut)


def read_steps() -> tuple[Step, ...]:
    """Give the steps in their order."""
    text = PAGE.read_text(encoding="utf-8")
    return tuple(_read_step(found[0]) for found in STEP.finditer(text))


def _read_step(section: str) -> Step:
    shown, diff = SHOWN.search(section), DIFF.search(section)
    if shown is None or diff is None:
        raise ValueError(f"a step needs a run and a diff: {section}")
    options = dict(OPTION.findall(shown[1]))
    rules = frozenset(options["rule"].split(","))
    return Step(rules, options.get("database", "sqlite"), tuple(shown[2].splitlines()), diff[1])


def make_project(folder: Path, steps: tuple[Step, ...]) -> Path:
    """Copy the template into a folder, and take these steps there."""
    project = folder / "template"
    shutil.copytree(TEMPLATE, project, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for step in steps:
        for name, text in _changes(step.diff):
            path = project / name
            path.write_text(changed(path.read_text(encoding="utf-8"), text), encoding="utf-8")
    return project


def _changes(diff: str) -> Iterator[tuple[str, str]]:
    names_and_hunks = FILE.split(diff)[1:]
    return zip(names_and_hunks[::2], names_and_hunks[1::2], strict=True)


def changed(text: str, hunks: str) -> str:
    """Give the text as the hunks leave it, from the last to the first: lines keep their numbers."""
    lines = text.splitlines(keepends=True)
    starts_and_hunks = HUNK.split(hunks)[1:]
    pairs = zip(starts_and_hunks[::2], starts_and_hunks[1::2], strict=True)
    for start, hunk in reversed(list(pairs)):
        old, new = _sides(hunk)
        place = slice(int(start) - 1, int(start) - 1 + len(old))
        if lines[place] != old:
            raise ValueError(f"line {start} does not begin\n{''.join(old)}")
        lines[place] = new
    return "".join(lines)


def _sides(hunk: str) -> tuple[list[str], list[str]]:
    """Give the lines of a hunk before and after; an empty one of both has no blank before it."""
    signed = [line if line.strip() else f" {line}" for line in hunk.splitlines(keepends=True)]
    return [s[1:] for s in signed if s[0] in " -"], [s[1:] for s in signed if s[0] in " +"]
