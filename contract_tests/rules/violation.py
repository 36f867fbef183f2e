"""The ways a judgement ends without the promise being seen kept."""

from __future__ import annotations

from .evidence import Evidence


class UsageError(Exception):
    """The kit was pointed at something it cannot use: what was given, what is valid, where."""


class CannotGoOn(UsageError):  # noqa: N818 - said of the run
    """The service or its database answers no more: the run ends, and says why."""


class Elsewhere(CannotGoOn):
    """The service stands on a database that the kit did not make: the run must not go on."""


class Violation(Exception):  # noqa: N818 - it is the word of the domain, not a programming error
    """A broken promise: what was expected, what was observed, and the evidence.

    `token` names the disturbed request that showed it, where there was one. `each` is what was
    observed of every defect, where there may be several; a name is made of it.
    """

    def __init__(
        self,
        expected: str,
        observed: str,
        evidence: Evidence = (),
        token: str = "",
        each: tuple[str, ...] = (),
    ) -> None:
        super().__init__(expected, observed)
        self.expected = expected
        self.observed = observed
        self.evidence = evidence
        self.token = token
        self.each = each or (observed,)


class NotApplicable(Exception):  # noqa: N818 - an outcome, not an error
    """The service or the database lacks what the promise is about; the message says what."""


class Undecided(Exception):  # noqa: N818 - an outcome, not an error
    """The promise could not be looked at; the message says what stood in the way."""


class PutOff(Undecided):
    """The service put off what was to be seen at this moment; another time it may serve it."""


class OutOfTime(Exception):  # noqa: N818 - an outcome, not an error
    """The time of the run was over before the promise could be looked at.

    Not `Undecided`, of which many ask for another way: there is time for none.
    """
