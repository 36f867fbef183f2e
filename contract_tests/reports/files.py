"""Files that reports are written into, beside the JSON that they are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .formats import report_formats
from .partial import is_special
from .record import RunRecord

SHARED = "GITHUB_STEP_SUMMARY"
"""The variable that names the file of a job's summary: other steps and programs write it too.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary
"""


class ReportFiles:
    """The files that were asked for, by the name of their format.

    What is in the file of a job's summary is kept, and added to.
    """

    def __init__(self, paths: Mapping[str, Path], environ: Mapping[str, str]) -> None:
        # An app may change the folder of the process, and the environment.
        self._paths = {name: path.absolute() for name, path in paths.items()}
        self._shared = Path(environ[SHARED]).absolute() if environ.get(SHARED) else None

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._paths)

    def clear(self) -> None:
        """Take away what an earlier run has left: should this one die, none of it is there."""
        for path in self._paths.values():
            if path != self._shared and not is_special(path):
                path.unlink(missing_ok=True)

    def write(self, runs: Sequence[RunRecord]) -> Iterator[tuple[Path, str]]:
        """Write each file, and give it with the reason why it could not be; empty if it could."""
        for name, path in self._paths.items():
            problem = ""
            try:
                text = report_formats()[name].text_for(path, runs)
                write_text(path, text, is_added=path == self._shared)
            except OSError as error:
                problem = f"could not be written: {error}"
            except Exception as error:  # noqa: BLE001 - one report less is no reason for none
                problem = f"could not be made: {type(error).__name__}: {error}"
            yield path, problem


def write_text(path: Path, text: str, *, is_added: bool = False) -> None:
    """Write a report in place of what a file holds, or behind it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A service may answer with half a character, which no file can hold.
    mode = "a" if is_added else "w"
    with path.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text)
