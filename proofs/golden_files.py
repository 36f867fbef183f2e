"""The reports of one run in every format, as files in `golden/`. Run it to write them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from contract_tests import __version__
from contract_tests.reports.formats import report_formats
from contract_tests.reports.trace import as_trace, traced_verdict
from proofs.reported_run import sample_run

GOLDEN = Path(__file__).parent / "golden"
SUFFIXES = {"markdown": ".md", "ctrf": ".json"}
"""The usual end of a file's name, where it is not the name of the format."""


def golden_texts() -> Mapping[str, str]:
    """The text of each file, by its name, in which the version of the kit does not stand."""
    texts: dict[str, str] = {}
    for name, made in report_formats().items():
        for suffix in made.by_suffix or (SUFFIXES.get(name, f".{name}"),):
            path = Path(f"{name}{suffix}")
            text = made.text_for(path, (sample_run(),))
            texts.setdefault(path.name, text.replace(f'"{__version__}"', '"VERSION"'))
    return {**texts, "trace.json": as_trace(traced_verdict((sample_run(),), "WEB-03"))}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in golden_texts().items():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
