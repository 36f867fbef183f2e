"""Rules that one defect breaks together: the same promise in several circumstances."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kinship:
    """Rules that ask for the same, and what is wrong where they are broken, in one line.

    Of those that `is_default`, a service breaks most by what its framework does unless it is told
    otherwise; `fix` then mends all of them at once.
    """

    title: str
    rules: tuple[str, ...]
    fix: str = ""

    @property
    def is_default(self) -> bool:
        """Return whether the rules are broken by what a framework does unless told otherwise."""
        return bool(self.fix)


KINSHIPS = (
    Kinship(
        "A connection is not returned to its pool",
        (
            *("SES-01", "SES-05", "SES-08", "ERR-05", "FAI-01", "FAI-02"),
            *("CAN-01", "CAN-06", "CAN-07", "CAN-11", "DIS-01", "DIS-05", "DIS-06"),
        ),
    ),
    Kinship("A transaction is left open in the database", ("SES-02", "CAN-02", "DIS-02")),
    Kinship(
        "A success is answered for what is not stored",
        ("SES-03", "SES-12", "CAN-12", "ERR-01", "ERR-02", "FAI-03", "FAI-10", "FAI-16", "FAI-18"),
    ),
    Kinship("Part of a write is stored without the rest", ("ERR-03", "FAI-04", "CAN-03", "DIS-04")),
    Kinship(
        "What one request has not committed is stored by a later one",
        ("CAN-04", "DIS-08", "FAI-08"),
    ),
    Kinship(
        "A disturbed request makes later requests fail",
        ("ERR-06", "FAI-05", "FAI-12", "FAI-14", "FAI-19", "CAN-05", "DIS-07", "CON-13"),
    ),
    Kinship("A session or connection is shared", ("SES-04", "SES-13", "CON-11")),
    Kinship("A text is not stored as it was sent", ("PAY-01", "PAY-02", "PAY-05")),
    Kinship(
        "What is written is not what is read", ("CRU-02", "CRU-03", "CRU-04", "CRU-07", "CRU-40")
    ),
    Kinship(
        "A failure is answered as the framework does it: not in JSON, or with 500",
        ("ERR-07", "ERR-08"),
        "Register exception handlers for `DBAPIError` and `OSError` that answer 503 in JSON.",
    ),
    Kinship(
        "A body that cannot be shown breaks the framework's own answer to it",
        ("PAY-08", "PAY-09", "PAY-18"),
        "Register an exception handler for `RequestValidationError` that leaves out `input`.",
    ),
    Kinship(
        "The framework answers what the document does not declare",
        ("API-04",),
        "Declare the refusals of all routes once: `FastAPI(responses={404: ..., 422: ...})`.",
    ),
    Kinship(
        "The framework answers 405 with the methods of one route alone",
        ("API-09",),
        "Answer 405 by a handler of your own that names the methods of all routes of the path.",
    ),
)
"""The kinships, the worst first. A rule is in one at most; one in none is of its own kind."""


def kinship_of(rule: str) -> Kinship | None:
    """Return the kinship that a rule is in, if any."""
    return next((kin for kin in KINSHIPS if rule in kin.rules), None)
