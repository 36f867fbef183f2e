"""The corpus: generated cases are kept, so that a run spends its time in the service.

Cases are kept per document, versions, seed and number; whatever changes one of them draws anew.
A case that was shrunk out of a failure is kept for good, under its operation.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .case_generator import CaseGenerator, DrawnCases
from .fuzz_cases import KEPT, DrawSpec, FuzzCase, Phase

_EDITION = "1"
CASES_KEPT = 8
_LONGEST_NAME = 60


class Corpus:
    """Cases by operation and phase, from `folder` if they are there, else drawn and put there.

    Without a folder nothing is kept. What is written is whole or not there: other processes may
    write the same file at the same time.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        drawer: CaseGenerator,
        folder: Path | None,
        pinned: object = None,
    ) -> None:
        self._drawer = drawer
        self._folder = folder
        self._key = _hash(
            _EDITION, document, pinned, version("schemathesis"), version("hypothesis")
        )
        self._given: dict[tuple[str, Phase, DrawSpec], DrawnCases] = {}
        self.drawn_anew = 0

    def cards(self, label: str, phase: Phase, draw: DrawSpec) -> DrawnCases:
        """The cases of one part."""
        if (label, phase, draw) not in self._given:
            self._given[label, phase, draw] = self._cards(label, phase, draw)
        return self._given[label, phase, draw]

    def _cards(self, label: str, phase: Phase, draw: DrawSpec) -> DrawnCases:
        place = self._place(label, phase, draw)
        found = _read(place)
        if found is None:
            drawn = self._drawer.draw(label, phase, draw)
            self.drawn_anew += len(drawn.cards)
            _write(
                place,
                {
                    "cards": [card.as_json() for card in drawn.cards],
                    "is_exhausted": drawn.is_exhausted,
                },
            )
            return drawn
        cards = _cards(found["cards"], label, phase, str(draw))
        return DrawnCases(cards, found["is_exhausted"])

    def regressions(self, label: str, phase: Phase) -> tuple[FuzzCase, ...]:
        """The cases of one part that were kept for good, whatever the seed.

        The document may have changed since: see `FuzzCase.is_dated`.
        """
        found = _read(self._regressions_file(label, phase)) or {"cards": []}
        cards = _cards(found["cards"], label, phase, KEPT)
        keys = [each["key"] for each in found["cards"]]
        return tuple(
            replace(card, is_dated=key != self._key) for card, key in zip(cards, keys, strict=True)
        )

    def keep(self, card: FuzzCase) -> FuzzCase:
        """Keep a case for good, and give it with the place it has among those that were kept.

        Without a folder it is given as it was.
        """
        place = self._regressions_file(card.operation, card.phase)
        if place is None:
            return card
        found = _read(place) or {"cards": []}
        entry = {**card.as_json(), "key": self._key}
        if entry not in found["cards"]:
            found["cards"].append(entry)
            _write(place, found)
        return replace(card, draw=KEPT, number=found["cards"].index(entry))

    def _place(self, label: str, phase: Phase, draw: DrawSpec) -> Path | None:
        if self._folder is None:
            return None
        # Boundaries are all there are, whatever the seed and the number.
        size = "all" if phase == "boundary" else str(draw)
        return self._corpus_folder(self._folder) / f"{_named(label)}-{phase}-{size}.json"

    def _corpus_folder(self, folder: Path) -> Path:
        chosen = folder / self._key
        if not chosen.exists():
            others = [each for each in folder.glob("*") if each.is_dir() and each.name != KEPT]
            # A folder's time is that of its last new file, not of its last use.
            others.sort(key=lambda each: each.stat().st_mtime)
            # One place is left for the folder that is about to be made. Another process may be
            # removing the same ones.
            for old in others[: -CASES_KEPT + 1]:
                shutil.rmtree(old, ignore_errors=True)
        return chosen

    def _regressions_file(self, label: str, phase: Phase) -> Path | None:
        return self._folder / KEPT / f"{_named(label)}-{phase}.json" if self._folder else None


def _cards(found: list[Any], label: str, phase: Phase, draw: str) -> tuple[FuzzCase, ...]:
    return tuple(
        FuzzCase.from_json(each, label, phase, draw, number) for number, each in enumerate(found)
    )


def _named(label: str) -> str:
    """A label as the name of a file: readable, and no other's."""
    words = "".join(letter if letter.isalnum() else "-" for letter in label)[:_LONGEST_NAME]
    return f"{words}-{_hash(label)[:8]}"


def _hash(*parts: object) -> str:
    spelled = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(spelled.encode()).hexdigest()[:16]


def _read(place: Path | None) -> dict[str, Any] | None:
    """Return what is written there; None if nothing is, or nothing that can be read."""
    try:
        return dict(json.loads(place.read_text(encoding="utf-8"))) if place else None
    except (OSError, ValueError, TypeError):
        return None


def _write(place: Path | None, found: Mapping[str, Any]) -> None:
    if place is None:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, since a rename is atomic only within one file system.
    aside = place.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps(found), encoding="utf-8")
    aside.replace(place)
