"""The numbers of a run that no rule judges: what it has sent, and what it met on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Totals:
    """The number of requests and programs that were sent, and of what was met beside the rules.

    `disturbed` counts requests by `AREA:SUBJECT:WAY`, `generated` those made from the document by
    its part, `rounds` how often each part was drawn, `played` programs by their sort. `lost` are
    the connections that a library has lost, by its name and version, `background` the statements
    of work that no request started, by its line. `left_out` are operations that ended the
    credentials of the run, and were sent no more.
    """

    disturbed: Mapping[str, int] = field(default_factory=dict)
    generated: Mapping[str, int] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)
    played: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    background: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __or__(self, other: Totals) -> Totals:
        """Give both together; of what both count, the other's number is in force."""
        return Totals(
            {**self.disturbed, **other.disturbed},
            {**self.generated, **other.generated},
            {**self.rounds, **other.rounds},
            {**self.played, **other.played},
            {**self.lost, **other.lost},
            {**self.background, **other.background},
            {**self.left_out, **other.left_out},
        )
