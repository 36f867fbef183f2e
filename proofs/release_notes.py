"""The notes of a release, from the changelog: `python -m proofs.release_notes 0.2.0`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from contract_tests import __version__

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


def notes_of(version: str, changelog: str) -> str:
    """Return the section of a version. Raises `ValueError` if it has none, or an empty one."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        title, _, text = section.partition("\n")
        if re.fullmatch(re.escape(version) + r" - \d{4}-\d{2}-\d{2}", title) and text.strip():
            return text.strip() + "\n"
    raise ValueError(f"CHANGELOG.md has no section '## {version} - YYYY-MM-DD' with words in it")


def main(arguments: list[str]) -> int:
    """Print the notes, if the version is the one of the code."""
    if arguments != [__version__]:
        print(
            f"asked for {' '.join(arguments) or 'nothing'}, but this is {__version__}: "
            "the tag is v and __version__ of contract_tests/__init__.py",
            file=sys.stderr,
        )
        return 1
    try:
        print(notes_of(__version__, CHANGELOG.read_text(encoding="utf-8")), end="")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
