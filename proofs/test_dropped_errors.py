"""A project that makes errors of all warnings does not make them of what the service drops."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from fastapi import FastAPI

from proofs.broken.replacing import with_service
from proofs.matrix import run_contract
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


def dropping() -> FastAPI:
    """The reference app with a thread that fails after each create."""

    class Dropping(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            thread = threading.Thread(target=_failed)
            thread.start()
            thread.join()
            return await super().create(values)

    return with_service(Dropping)


def _failed() -> None:
    raise RuntimeError("nobody waits for this")


def test_an_error_of_a_thread_is_none_of_the_kit() -> None:
    """The rule is judged, whatever the project's own filter says of warnings."""
    result = run_contract(f"{__name__}:dropping", "sqlite", "-Werror", "--contract-rule", "CRU-01")
    assert [row["verdict"] for row in result.report["verdicts"]] == ["upheld"], result.printed
