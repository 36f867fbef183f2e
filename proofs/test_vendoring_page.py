"""Every command of docs/vendoring.md does what the page shows, one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from proofs.copying import ROOT, SESSIONS, make_project

PAGE = ROOT / "docs" / "vendoring.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
INSTALL, UPGRADE = "pip install 'pytest", "pip install --upgrade"
COMMITTED = "The COMMIT of what was written before the answer"


def shown(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Give the commands of a page, with the lines that they print."""
    for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        for command, printed in COMMAND.findall(block):
            yield command, printed.splitlines()


def are_told(lines: Sequence[str], printed: str) -> bool:
    """Return whether the lines are printed in their order; `…` is anything."""
    rest = iter(printed.splitlines())
    wanted = (line.replace("[", "[[]").replace("…", "*") for line in lines if line != "…")
    return all(any(fnmatchcase(line, want) for line in rest) for want in wanted)


def test_the_page_on_copies_is_true(tmp_path: Path) -> None:
    """An edit is made before the first check; a newer kit stands for what pip would bring."""
    project = make_project(tmp_path)
    wrong = []
    for command, lines in shown(PAGE):
        if command.startswith(UPGRADE):
            project.release(
                "0.2",
                ("rules/sessions.py", "SES_01 = ", "SES_01  = "),
                (SESSIONS, "When a request ends,", "Once a request has ended,"),
            )
        elif not command.startswith(INSTALL):
            if "--check" in command and not project.newer.exists():
                project.edit(f"tests/contract/{SESSIONS}", COMMITTED, "OUR COMMIT")
            done = project.ran(*shlex.split(command))
            if not are_told(lines, done.stdout):
                wrong.append((command, done.stdout + done.stderr))
    assert wrong == []


def test_a_line_that_is_not_printed_would_be_found() -> None:
    """Each line once, and in the order of the page."""
    assert are_told(["a …", "…", "c"], "a b\nx\nc\n")
    assert not are_told(["c", "a …"], "a b\nx\nc\n")
