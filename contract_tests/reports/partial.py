"""The report of a run that goes on: JSON lines beside the file, read back if the run never ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .json_report import as_json, from_json, write_report
from .record import RunRecord

SUFFIX = ".part"


def is_special(report: Path) -> bool:
    """Return whether a report goes to a device or a pipe, or through a link, as /dev/stdout is."""
    is_other = report.exists() and not (report.is_file() or report.is_dir())
    return is_other or report.is_symlink()


class PartialReport:
    """Writes what is known of a run as it goes on, and the report itself at the end.

    It writes nothing beside a device, and nothing more once the disk has refused a line.
    """

    def __init__(self, report: Path) -> None:
        self._report = report
        self._part = None if is_special(report) else _part_of(report)

    def clear(self) -> None:
        """Take away what an earlier run has left: should this one die, none of it is there."""
        if self._part:
            self._report.unlink(missing_ok=True)
            self._part.unlink(missing_ok=True)

    def add(self, kind: str, content: object) -> None:
        """Add a line."""
        if self._part is None:
            return
        try:
            # Opened each time, so that a process that is killed has written every line.
            with self._part.open("a", encoding="utf-8", errors="backslashreplace") as lines:
                lines.write(json.dumps({kind: content}, ensure_ascii=False) + "\n")
        except OSError:
            self._part = None

    def end(self, report: Mapping[str, Any]) -> None:
        """Write the report, which takes the place of the lines. Raises `OSError` if it cannot."""
        write_report(self._report, report)
        if not is_special(self._report):
            _part_of(self._report).unlink(missing_ok=True)


def read_report(report: Path) -> RunRecord:
    """Read the record of a run, or what is known of one that did not end.

    Raises `OSError` if there is neither, and `ValueError` for what is no report.
    """
    part = _part_of(report)
    if part.exists():
        return _joined(part.read_text(encoding="utf-8").splitlines())
    content = json.loads(report.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("no report, but other JSON")  # noqa: TRY004 - said of what a file holds
    return from_json(content)


def _part_of(report: Path) -> Path:
    return report.with_name(report.name + SUFFIX)


def _joined(lines: list[str]) -> RunRecord:
    """Put the lines together to one report, with the fault that it did not come to its end."""
    report, verdicts = as_json(RunRecord.empty()), dict[str, list[Any]]()
    last = "none"
    for kind, content in _parsed(lines):
        if kind == "begun":
            verdicts[content] = []  # of a test that is run again, the last try counts
            last = content
        elif kind == "verdict":
            verdicts.setdefault(content["test"], []).append(content)
        else:
            report |= {kind: content}
    report["verdicts"] = [row for rows in verdicts.values() for row in rows]
    report["footer"]["faults"] += [f"the run did not end; the last test begun was {last}"]
    return from_json(report)


def _parsed(lines: list[str]) -> Iterator[tuple[str, Any]]:
    """Give kind and content of each line; the last one may have been cut short."""
    for line in lines:
        with suppress(ValueError):
            yield from json.loads(line).items()
