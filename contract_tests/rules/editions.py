"""The editions of the contract: the rules of each level, as they were when it was published.

A list is never changed once it is published. A rule that is younger than an edition is preview to
whoever has pinned that edition, whatever its level is by now.
"""

from __future__ import annotations

from dataclasses import dataclass

from .rule import Level


@dataclass(frozen=True)
class Edition:
    """A frozen set of rules at each level; every other rule is preview."""

    name: str
    required: frozenset[str]
    recommended: frozenset[str]

    def __str__(self) -> str:
        """The edition as it is typed after `--contract-edition`."""
        return self.name

    def level_of(self, rule: str) -> Level:
        """Return the level that a rule has in this edition."""
        if rule in self.required:
            return Level.REQUIRED
        return Level.RECOMMENDED if rule in self.recommended else Level.PREVIEW


def _edition(name: str, required: str, recommended: str) -> Edition:
    return Edition(name, frozenset(required.split()), frozenset(recommended.split()))


_ALL = (
    _edition(
        "2026.1",
        required="""
        SCH-01 SCH-02 SCH-03 SCH-04 SCH-05 SCH-06 SCH-08
        MIG-01 MIG-02 MIG-03 MIG-05 MIG-06 MIG-10 MIG-12
        SES-01 SES-02 SES-03 SES-04 SES-05 SES-06 SES-08 SES-09 SES-12 SES-13 SES-14 SES-15
        CRU-01 CRU-02 CRU-03 CRU-04 CRU-05 CRU-06 CRU-07 CRU-09 CRU-10 CRU-11 CRU-13 CRU-14 CRU-15
        CRU-16 CRU-17 CRU-18 CRU-19 CRU-20 CRU-21 CRU-22 CRU-23 CRU-24 CRU-26 CRU-27 CRU-28 CRU-29
        CRU-31 CRU-32 CRU-33 CRU-34 CRU-35 CRU-40 CRU-41 CRU-42 CRU-43 CRU-44 CRU-45 CRU-46 CRU-48
        CRU-49 CRU-50 CRU-51 CRU-52 CRU-54 CRU-55 CRU-58 CRU-59 CRU-61
        PAY-01 PAY-02 PAY-03 PAY-04 PAY-05 PAY-06 PAY-07 PAY-11 PAY-14 PAY-15 PAY-16 PAY-17 PAY-19
        PAY-21 PAY-22 PAY-25 PAY-26 PAY-28 PAY-40 PAY-42 PAY-44 PAY-45
        PAY-47 PAY-48
        API-01 API-03 API-05 API-10 API-12 API-17
        PIN-01 PIN-02 PIN-03 PIN-04 PIN-05 PIN-06 PIN-07 PIN-08 PIN-09 PIN-10 PIN-11 PIN-12 PIN-13
        LIF-03 LIF-06 LIF-07 LIF-08
        SET-04
        REP-01 REP-02 REP-03 REP-05 REP-07
        ERR-01 ERR-02 ERR-03 ERR-04 ERR-05 ERR-06 ERR-09 ERR-11
        FAI-01 FAI-02 FAI-03 FAI-04 FAI-05 FAI-06 FAI-10 FAI-11 FAI-12 FAI-14 FAI-16 FAI-18 FAI-19
        CAN-01 CAN-02 CAN-03 CAN-04 CAN-05 CAN-06 CAN-07 CAN-11 CAN-12
        DIS-01 DIS-02 DIS-04 DIS-05 DIS-07 DIS-08
        CON-01 CON-02 CON-06 CON-07 CON-08 CON-09 CON-10 CON-11 CON-12 CON-13 CON-15 CON-16
        """,
        recommended="""
        SCH-07 SCH-09 SCH-10
        MIG-04 MIG-07 MIG-08 MIG-09 MIG-11 MIG-13
        SES-07 SES-10 SES-11 SES-16
        CRU-08 CRU-12 CRU-25 CRU-30 CRU-47 CRU-53 CRU-56 CRU-60 CRU-62
        PAY-08 PAY-09 PAY-10 PAY-12 PAY-18 PAY-20 PAY-23 PAY-24 PAY-27 PAY-41 PAY-43 PAY-46
        API-02 API-04 API-06 API-07 API-08 API-11 API-13 API-14 API-15 API-16
        LIF-01 LIF-02 LIF-04 LIF-05 LIF-09
        SET-01 SET-02 SET-03 SET-05
        REP-04 REP-06 REP-08 REP-09
        ERR-07 ERR-08 ERR-10
        FAI-07 FAI-08 FAI-09 FAI-13 FAI-15 FAI-17
        CAN-08 CAN-09 CAN-10
        DIS-03 DIS-06 DIS-09 DIS-10 DIS-11
        CON-03 CON-04 CON-05 CON-14
        """,
    ),
)

EDITIONS = {edition.name: edition for edition in _ALL}
"""Every edition by its name, the oldest first."""

NEWEST = _ALL[-1]
"""The edition of a run that pins none."""


def first_edition_with(rule: str) -> Edition | None:
    """Return the oldest edition in which a rule is more than a preview."""
    return next((each for each in _ALL if each.level_of(rule) is not Level.PREVIEW), None)
