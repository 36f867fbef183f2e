"""Services that read from a replica, and know when they must not."""

from fastapi import FastAPI

from proofs.innocent import innocent
from proofs.replicated import Routing, replicated


@innocent(looks="A list is read by another engine than the one that writes.", near=("REP-03",))
def lists_from_the_replica() -> FastAPI:
    """Single rows from the primary, lists from the replica."""
    return replicated()


@innocent(
    looks="A replica that does not answer is asked all the same.",
    areas=("replicas",),
    near=("REP-09",),
)
def primary_where_the_replica_hangs() -> FastAPI:
    """A list that the replica does not give in time is read from the primary."""
    return replicated(Routing(fails_over=True))


@innocent(looks="Rows are read from a replica that may not have them yet.", near=("REP-04",))
def primary_for_who_has_written() -> FastAPI:
    """All reads from the replica, but for clients with a cookie that says they have written."""
    return replicated(Routing(reading="replica"))
