"""A life where no database answers."""

from __future__ import annotations

from dataclasses import dataclass

from ...instruments.exchange import Exchange
from ...service.service import Service
from .asking import AppClient, failure_line
from .first import ENDING

PASSWORD = "never-show-this-0f3a9c"  # noqa: S105 - made to be recognised where it must not be
MASK = "[the password]"


@dataclass(frozen=True)
class UnreachableStart:
    """The observed failure of the start, or else the answer to the first request.

    `shown` are the places where the password appeared, each with the line, masked.
    """

    start_failure: str
    answer: Exchange | None
    shown: tuple[str, ...]
    said: str
    ended: bool


def unreachable_start(service: Service) -> UnreachableStart:
    """Live it: start, ask once if that succeeds, end."""
    password = PASSWORD if "network" in service.database.capabilities else ""
    with service.process.unreachable_app(service.database, password) as trial:
        begun = trial.begin()
        answer = None
        if begun["ok"]:
            client = AppClient(service, trial, begun["app"])
            answer = next(iter(client.usual()), None)
            client.stop()
        ended = trial.ends(ENDING)
        texts = {
            "the start-up's error": "" if begun["ok"] else str(begun["error"]),
            "the answer": f"{answer.text}\n{answer.raised}" if answer else "",
            "what it printed": trial.written(),
        }
        said = trial.said().replace(PASSWORD, MASK)
        why = failure_line(begun).replace(PASSWORD, MASK)
        return UnreachableStart(why, answer, _shown(texts), said, ended)


def _shown(texts: dict[str, str]) -> tuple[str, ...]:
    """The first line in each place that has the password."""
    found = {
        place: next((line.strip() for line in text.splitlines() if PASSWORD in line), "")
        for place, text in texts.items()
    }
    masked = {place: line.replace(PASSWORD, MASK) for place, line in found.items()}
    return tuple(f"{place}: {line}" for place, line in masked.items() if line)
