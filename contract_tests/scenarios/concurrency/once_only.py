"""Actions that succeed once on a row, such as a redemption, and what comes of two that meet."""

from __future__ import annotations

from collections.abc import Iterator

from ...service.service import Service
from .actions import Drafts, drafts_of_actions, in_each_order, is_done, on_one_row
from .race_outcomes import RaceOutcome

IN_CONFLICT = (400, 403, 404, 409, 410, 412, 422, 423)
"""Statuses by which a service says that it was done before; another one may be about its pace."""


def once_only_actions(service: Service) -> Iterator[Drafts]:
    """Each action on a row that is refused when it is sent to that row once more."""
    for drafts in drafts_of_actions(service):
        row = service.row()
        first, second = (service.exchange(draft(row)) for draft in drafts)
        if is_done(first) and second.refused and second.status in IN_CONFLICT:
            yield drafts


def interleavings(service: Service, drafts: Drafts) -> list[RaceOutcome]:
    """Let two requests of an action meet in every order of their database calls.

    There are none if both succeed even where they do not overlap: it is not once for all, then.
    """

    def meet(schedule: str) -> RaceOutcome:
        service.restore()
        return on_one_row(service, drafts, service.row(), schedule)

    met = list(in_each_order(service, drafts, meet))
    return [] if any(both_succeed(each) for each in met if each.is_serial) else met


def both_succeed(meeting: RaceOutcome) -> bool:
    """Return whether both have written and were answered with success.

    One that has written nothing may have been given the answer of the other.
    """
    return all(is_done(exchange) and exchange.writes for exchange in meeting.pair)
