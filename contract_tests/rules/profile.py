"""Profiles of a run: a few words for what would be many numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """The amounts that are generated for one service.

    `cases` are the valid and the invalid requests drawn for each operation, `texts` the bodies of
    texts that are read back, `programs` the sequences of operations compared with a model, each
    of at most `steps`. An effort without an end goes on with further draws of the same size until
    the time given is over.
    """

    name: str
    cases: int
    texts: int
    programs: int
    steps: int
    is_endless: bool = False

    def __str__(self) -> str:
        """The profile as it is typed after `--contract-profile`."""
        return self.name


QUICK = Profile("quick", cases=10, texts=6, programs=4, steps=10)
DEFAULT = Profile("default", cases=40, texts=25, programs=40, steps=20)
THOROUGH = Profile("thorough", cases=100, texts=100, programs=100, steps=30, is_endless=True)
PROFILES = {profile.name: profile for profile in (QUICK, DEFAULT, THOROUGH)}


@dataclass(frozen=True)
class Shard:
    """One of several machines, counted from 0: each sends its share of a corpus."""

    place: int = 0
    of: int = 1

    def __str__(self) -> str:
        """The shard as it is typed after `--contract-shard`."""
        return f"{self.place + 1}/{self.of}"


WHOLE = Shard()
