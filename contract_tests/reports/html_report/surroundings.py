"""The end of the page: what was found out about service and database, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..record import RunRecord
from ..terminal import header_lines
from .elements import Markup, element


def surroundings(runs: Sequence[RunRecord], labels: Sequence[str]) -> Markup:
    """Return what was found out about service and database, and what the run was asked for."""
    return element("div", *(part for each in zip(runs, labels, strict=True) for part in _of(*each)))


def _of(run: RunRecord, label: str) -> Iterator[Markup]:
    if label:
        yield element("h3", label)
    lines = list(header_lines(run.facts))[1:]
    if lines:
        yield element("h4", "Service and database")
        # The terminal's lines begin with a word in a column of ten letters.
        pairs = ((line[:12].strip(), line[12:]) for line in lines)
        found = (*pairs, ("can", ", ".join(run.facts.get("capabilities", ()))))
        yield element("dl", *(part for pair in found for part in _pair(*pair)))
    yield element("h4", "Settings")
    yield element("dl", *(part for pair in _settings(run) for part in _pair(*pair)))


def _settings(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Give each setting that says something, in words."""
    for name, value in vars(run.settings).items():
        words = name.removeprefix("is_").replace("_", " ")
        if isinstance(value, bool):
            yield words, "yes" if value else "no"
        elif isinstance(value, tuple):
            yield words, "; ".join(map(str, value)) or "none"
        elif name == "budget":
            yield words, f"{value:g} s"
        else:
            yield words, str(value) or "not set"


def _pair(name: str, value: str) -> tuple[Markup, Markup]:
    return element("dt", name), element("dd", value)
