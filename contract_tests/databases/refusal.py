"""The SQL that makes a server refuse one call."""

from __future__ import annotations

from dataclasses import dataclass

MARKER = "contract-marker-7f3a"
"""Part of every refusal's message: an answer that contains it has passed the message on."""


@dataclass(frozen=True)
class Refusal:
    """SQL that makes the server refuse as it would refuse a statement, or a COMMIT.

    Empty where there is no server to ask: then the driver's error is made by the kit. Best are
    full disks for statements, since nobody may blame the client or try again at once, and lost
    races for COMMIT, the one refusal that every server is known to give there.
    """

    statement: str = ""
    commit: str = ""


NONE = Refusal()
