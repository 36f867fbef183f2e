"""The watches over a team's own tests, and the rules that each of them judges."""

from __future__ import annotations

from collections.abc import Mapping

WATCHES: Mapping[str, tuple[str, ...]] = {
    "leaks": ("SES-01", "SES-05"),
    "transactions": ("SES-02",),
    "commits": ("SES-03", "SES-12"),
    "tasks": ("LIF-02",),
    "blocking": ("SES-10",),
}
