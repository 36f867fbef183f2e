"""Services whose migrations look wrong, each for a good reason."""

from __future__ import annotations

from fastapi import FastAPI

from proofs.innocent import innocent
from proofs.migrating.service import service

HERE = "proofs/innocent/migrating"


def migrations(case: str) -> tuple[str, ...]:
    """The option that names the migrations of a case."""
    return ("--contract-migrations", f"{HERE}/{case}")


@innocent(
    looks="The start-up makes tables beside the migrations.",
    arguments=migrations("note_added"),
)
def note_added() -> FastAPI:
    """Two revisions, on an async engine."""
    return service()


@innocent(
    looks="A revision cannot be taken back, and an UPDATE changes every row.",
    arguments=migrations("no_way_back"),
)
def no_way_back() -> FastAPI:
    """A column that is filled from another, once and for all."""
    return service()


@innocent(looks="There are two heads.", arguments=migrations("labelled"))
def labelled() -> FastAPI:
    """Two branches that stay apart, each with a label."""
    return service()
