"""CRUD: whatever is asked, the service goes on answering."""

from __future__ import annotations

from ..runner.judge import Judge, judges
from ..scenarios.crud.breakdowns import first_breakdown, unended
from ..service.service import Service


@judges("CRU-61")
def test_a_service_goes_on_answering(judge: Judge, service: Service) -> None:
    """After each operation, as it succeeds and as it is refused, ordinary requests succeed."""
    if not service.create().ok:
        judge.undecided("no create succeeds to begin with")
    found = first_breakdown(service)
    broken = [found.violation] if found else unended(service)
    service.trail.untold.clear()
    if broken:
        raise broken[0]
    judge.that(True, expected="every ordinary request answered", observed="")
