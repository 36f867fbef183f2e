"""Bodies by way of Schemathesis, for the schemas the kit's own strategies cannot read."""

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .samples import formats

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def loaded(document: Mapping[str, object], seed: int) -> Any:
    """The document as Schemathesis reads it, untouched by any configuration file nearby."""
    from schemathesis import openapi
    from schemathesis.config import SchemathesisConfig

    register_formats(document)
    # Loading normalises the document in place; the caller's stays as it is.
    return openapi.from_dict(copy.deepcopy(dict(document)), config=SchemathesisConfig(seed=seed))


def register_formats(document: Mapping[str, object]) -> None:
    """Let Schemathesis draw the formats that the document tells expressions of as it tells them.

    Its register is one for the whole process, and the last word about a format counts.
    """
    from hypothesis import strategies
    from schemathesis import openapi

    for name in formats.told_by(document):
        pattern = formats.pattern_of(name, document) or ""
        found = strategies.from_regex(pattern).filter(lambda text: not text.endswith("\n"))
        openapi.format(name, found)


def body_strategy(schema: object, document: Mapping[str, object]) -> "SearchStrategy[Any]":
    """Every body the schema allows: any keyword is understood, at a tenth of the speed."""
    operation = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "accepted"}},
    }
    alone = {**document, "paths": {"/": {"post": operation}}}
    found = next(iter(loaded(alone, seed=0).get_all_operations())).ok()
    made: SearchStrategy[Any] = found.as_strategy().map(lambda case: case.body)
    return made
