"""`contract-tests vendor`: a copy of the kit in a project, compared and updated."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from .. import __version__
from ..rules.violation import UsageError
from ..runner.copies.copy import Copy, is_copy, only_copy, open_copy, save_copy
from ..runner.copies.edits import BESIDE, edited_rules
from ..runner.copies.lock import BASE, LOCK
from ..runner.copies.merging import FileState, Merged, is_unresolved, merge_file, states_of
from ..runner.copies.origins import origin_of
from ..runner.copies.place import REQUIREMENTS, is_kit, require_place, whole_copy
from . import KIT, Command


def vendor_kit(asked: argparse.Namespace, rest: Sequence[str]) -> int:
    """Make, compare or update a copy. The exit code is 1 if something is to be seen to."""
    try:
        if asked.check or asked.update:
            folder = require_place(asked.folder or only_copy())
            return _compare(folder) if asked.check else _update(folder)
        return _make(require_place(asked.folder))
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


def _make(folder: Path) -> int:
    """Copy the kit into a new folder, or add what a copy lacks that came in another way."""
    _require_installed(f"vendor {folder}")
    if (folder / LOCK).is_file():
        raise UsageError(f"{folder} is a copy already: --check compares it, --update brings more")
    if is_kit(folder):
        upstream = open_copy(folder, KIT).upstream
        absent = {name: upstream[name] for name in BESIDE if not (folder / name).exists()}
        save_copy(folder, upstream, absent)
        return _compare(folder)
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a new folder")
    contents = whole_copy(KIT, len(folder.parts))
    save_copy(folder, contents, contents)
    _say(
        [
            f"{folder}: a copy of version {__version__}, {len(contents)} files, {LOCK}, {BASE}",
            f"next: pip install -r {folder / REQUIREMENTS}",
            f"      pytest {folder} --contract-app myservice.main:app",
        ]
    )
    return 0


def _compare(folder: Path) -> int:
    """Print the state of each file that is not in sync; the exit code is 1 if there is one."""
    copy = open_copy(folder, KIT)
    states = states_of(copy.base, copy.here, copy.upstream)
    rules = edited_rules(folder)
    told = {name: state for name, state in states.items() if state is not FileState.IN_SYNC}
    _say(_heading(copy))
    _say(f"  {name}: {state}{_of_rules(rules, name)}" for name, state in told.items())
    _say([", ".join(f"{number} {state}" for state, number in _counted(states))])
    return 1 if told else 0


def _heading(copy: Copy) -> Iterator[str]:
    beside = "compared with its lock alone" if is_copy(KIT) else f"{__version__} is installed"
    yield f"{copy.folder}: version {copy.version}, edition {copy.edition}; {beside}"
    origin = origin_of(copy.folder)
    if origin:
        yield f"  {origin}"


def _of_rules(rules: Mapping[str, Sequence[str]], name: str) -> str:
    return f" ({', '.join(rules[name])})" if name in rules else ""


def _counted(states: Mapping[str, FileState]) -> list[tuple[FileState, int]]:
    numbers = Counter(states.values())
    return [(state, numbers[state]) for state in FileState if numbers[state]]


def _update(folder: Path) -> int:
    """Merge what is newer into a copy; the exit code is 1 if marks of a conflict are left."""
    _require_installed(f"vendor {folder} --update")
    copy = open_copy(folder, KIT)
    marked = [name for name, content in copy.here.items() if is_unresolved(content)]
    if marked:
        raise UsageError(f"resolve the marks of the last merge first: {', '.join(marked)}")
    states = states_of(copy.base, copy.here, copy.upstream)
    merged = {n: merge_file(n, copy.base, copy.here, copy.upstream) for n in states}
    changed = {n: m.content for n, m in merged.items() if m.content != copy.here.get(n)}
    save_copy(folder, copy.upstream, changed)
    _say([f"{folder}: version {copy.version} is {__version__} now"])
    _say(f"  {name}: {words}" for name in states if (words := _outcome(states[name], merged[name])))
    _say([f"changed: {len(changed)} of {len(states)} files"])
    return 1 if any(each.is_conflict for each in merged.values()) else 0


def _outcome(state: FileState, merged: Merged) -> str:
    """Say what became of an edit; nothing of a file without one."""
    if state is FileState.EDITED:
        return "edited here, kept"
    if state is FileState.BOTH:
        return _conflict(merged) if merged.is_conflict else "edited here, merged with what is newer"
    return ""


def _conflict(merged: Merged) -> str:
    if is_unresolved(merged.content or b""):
        return "CONFLICT: resolve the marks in it"
    return "CONFLICT: gone on one side and changed on the other, left as it was here"


def _require_installed(words: str) -> None:
    if is_copy(KIT):
        raise UsageError(
            f"a copy brings nothing new: pip install pytest-crud-contract; contract-tests {words}"
        )


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201 - this is what the command is for


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", type=Path, help="where the copy is, or is to be"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="say what was edited, and what is newer")
    what.add_argument("--update", action="store_true", help="merge what is newer, and keep edits")


COMMAND = Command("a copy of the kit in your project", vendor_kit, _declare, place=6)
