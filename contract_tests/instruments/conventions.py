"""The words of a service for success and refusal where the status alone does not tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SEE_OTHER = 303
UNAVAILABLE = 503
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class ErrorMark:
    """The key that tells an error from a success where both have a 2xx status.

    `success` is what every success has there; None stands for nothing.
    """

    key: str
    success: Any = None

    def is_in(self, answer: Any) -> bool:
        """Return whether an answer, read as JSON, is an error."""
        if not isinstance(answer, dict) or self.key not in answer:
            return False
        value = answer[self.key]
        return bool(value) if self.success is None else bool(value != self.success)


@dataclass(frozen=True)
class Conventions:
    """The words of one service: its redirects after a write, and its errors with a 2xx status.

    `redirects` are the methods and statuses that its document declares as the end of a write.
    """

    redirects: frozenset[tuple[str, int]] = frozenset()
    error: ErrorMark | None = None

    def is_done(self, method: str, target: str, status: int, location: str | None) -> bool:
        """Return whether a redirect says that a write is done, as 303 does to the row's own place.

        Elsewhere it leads to a login, or back to a form.
        """
        if (method, status) in self.redirects:
            return True
        return status == SEE_OTHER and method in WRITING and _is_near(method, target, location)


def _is_near(method: str, target: str, location: str | None) -> bool:
    """Return whether a place is that of the request or below it, or above what was deleted."""
    here, there = _path(target), _path(location or "")
    if method == "DELETE":
        return bool(there) and here.startswith(there)
    return there.startswith(here)


def _path(target: str) -> str:
    return urlsplit(target).path.rstrip("/")
