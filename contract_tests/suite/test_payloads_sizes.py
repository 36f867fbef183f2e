"""Payloads: bodies as large as the document allows."""

from __future__ import annotations

from ..runner.judge import Judge, judges
from ..scenarios.crud.long_lists import long_lists
from ..scenarios.crud.ordinary import LIMITS
from ..service.service import Service


@judges("PAY-46")
def test_a_long_list_is_no_failure(judge: Judge, service: Service) -> None:
    """Tens of thousands of items are stored, or refused."""
    if not (service.has_back_door and service.database.owned):
        judge.not_applicable("a database that was not made for this run is not filled")
    sent = list(long_lists(service))
    if not sent:
        judge.not_applicable("no operation is known to accept a list without a bound")
    answered = [each for each in sent if each.long.complete]
    if not answered:
        judge.undecided(f"a long list came to no end: {sent[0]}")
    failed = [e for e in answered if e.long.failed and e.long.status not in LIMITS]
    judge.that(
        not failed,
        expected="a success, or a refusal such as 413 or 422",
        observed="; ".join(map(str, failed)),
        seen=failed[0].long if failed else None,
    )
