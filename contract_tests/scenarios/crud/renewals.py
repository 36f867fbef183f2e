"""A service that has broken down is renewed, and asked again for as little as breaks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from ...instruments.exchange import Request
from ...rules.violation import Undecided
from ...service.service import Service
from ...service.trail import Sent

MOST = 20
"""Renewals that are made to find out which requests it takes."""

Question = Callable[[Service], bool]
"""Asks a service whether it answers ordinary requests."""


def renewed(service: Service, answers: Question) -> str:
    """Replace the service by one that answers, on its rows as they were; return why not, if so.

    Its modules are imported anew where a new app alone is not enough.
    """
    if not service.has_process:
        return "it runs elsewhere"
    why = ""
    # Where nothing but an import has helped before, it is tried at once.
    for is_afresh in (False, True)[service.trail.needs_import :]:
        ended = partial(_end_connections, service)
        why = service.process.renew(ended, is_afresh=is_afresh) or _reset(service)
        if not why and answers(service):
            service.trail.needs_import = is_afresh
            return ""
    return why or "a new one fails as well"


def _end_connections(service: Service) -> None:
    """End what the old one still has in a database of the kit's own; elsewhere are others, too."""
    if service.database.owned:
        service.run(service.database.kill_connections())


def _reset(service: Service) -> str:
    """Put the rows back for the new one; return what is in the way, if so."""
    engines = list(service.recorder.engines)
    if engines:
        service.database.attach(engines[0])
    try:
        service.restore()
    except Undecided as hindrance:
        return str(hindrance)
    return ""


class Shrinking:
    """Looks for as few requests as break a new service, with no more than `MOST` tries."""

    def __init__(self, service: Service, answers: Question) -> None:
        self._service = service
        self._answers = answers
        self._left = MOST

    def of(self, sent: Sequence[Sent]) -> tuple[Sent, ...]:
        """Return some of the last requests; none if they break nothing, or cannot be repeated.

        The shortest end that breaks it is looked for, by doubling; then what that does not need is
        left out, one by one.
        """
        usable = list(takewhile(lambda each: each.is_repeatable, reversed(sent)))[::-1]
        ends = (usable[-(1 << k) :] for k in range(len(usable).bit_length() + 1) if usable)
        found = next(filter(self._breaks, ends), [])
        for each in list(found):
            fewer = [other for other in found if other is not each]
            if fewer and self._breaks(fewer):
                found = fewer
        return tuple(found)

    def _breaks(self, sent: Sequence[Sent]) -> bool:
        """Return whether a new service no longer answers after these requests."""
        self._left -= 1
        if self._left < 0 or renewed(self._service, self._answers):
            return False
        made: dict[str, str] = {}
        for each in sent:
            exchange = self._service.exchange(_on_rows_of(made, each.request))
            identifier = self._service.id_of(exchange) if each.made and exchange.ok else None
            if identifier is not None:
                made[each.made] = str(identifier)
        return not self._answers(self._service)


def _on_rows_of(made: dict[str, str], request: Request) -> Request:
    """Name the rows in a path by the ids that they have now."""
    path, mark, query = request.target.partition("?")
    steps = [made.get(step, step) for step in path.split("/")]
    return replace(request, target="/".join(steps) + mark + query)
