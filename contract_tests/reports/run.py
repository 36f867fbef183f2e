"""What reports are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..rules.verdict import Verdict
from ..runner.options import Options


class Run(Protocol):
    """A contract run, over or cut short.

    `disturbed` counts requests by `AREA:SUBJECT:WAY`, `generated` requests and rounds by the part
    of the document they were made from, `played` programs by their sort.
    """

    @property
    def options(self) -> Options: ...  # noqa: D102
    @property
    def verdicts(self) -> Sequence[Verdict]: ...  # noqa: D102
    @property
    def facts(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def expected(self) -> int: ...  # noqa: D102
    @property
    def disturbed(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def generated(self) -> Mapping[str, tuple[int, int]]: ...  # noqa: D102
    @property
    def played(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def is_conformant(self) -> bool: ...  # noqa: D102
