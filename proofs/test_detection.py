"""What a document tells about the collection to judge."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from contract_tests.rules.violation import UsageError
from contract_tests.service.discovery.document import choose, read

ANSWER = {"responses": {"200": {"description": "what was asked for"}}}


def document(*required: str) -> dict[str, object]:
    """A collection whose GET has to be asked for these parameters."""
    asked = [{"name": name, "in": "query", "required": True, "schema": {}} for name in required]
    paths = {
        "/things": {"get": {"parameters": asked, **ANSWER}, "post": ANSWER},
        "/things/{thing_id}": {"get": ANSWER},
    }
    return {"openapi": "3.1.0", "paths": paths}


def test_a_search_is_no_list() -> None:
    """A GET that is refused without a parameter lists nothing by itself."""
    assert read(document(), "/things").offers("list", "create", "read")
    assert not read(document("name"), "/things").offers("list")
    assert read(document("name"), "/things").offers("create", "read")


@pytest.mark.parametrize(
    ("wanted", "advice"),
    [(None, ". If it leaves one out, name it: --contract-resource"), ("/me", "")],
)
def test_a_service_without_a_collection_is_told_why(wanted: str | None, advice: str) -> None:
    """The paths it has are named, and nothing is called valid that is not there."""
    app = FastAPI()
    app.add_api_route("/me/{name}", lambda name: name)
    with pytest.raises(UsageError) as told:
        choose(app.openapi(), wanted)
    assert f"Its paths: /me/{{name}}{advice}" in str(told.value)
    assert "Valid:" not in str(told.value)
