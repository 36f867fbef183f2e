"""The operation that somebody has chosen must be one of the document."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...generation.request_template import RequestTemplate
from ...rules.violation import UsageError

VERBS_OF_HTTP = ("get", "post", "put", "patch", "delete")
MOST_NEAR = 3
OPTION = "--contract-operation (contract_operation, CONTRACT_OPERATION)"


def require_declared(document: Mapping[str, Any], chosen: RequestTemplate) -> None:
    """Raise `UsageError` for an operation that the document does not have, and name near ones.

    Without a document there is nothing to compare it with.
    """
    declared = list(_operations(document))
    path = re.sub(r"\{[^{}]*\}", "{}", chosen.path.partition("?")[0])
    if not declared or any(_is_at(each, f"{chosen.method} {path}") for each in declared):
        return
    asked = f"{chosen.method} {chosen.path}"
    near = difflib.get_close_matches(asked, declared, n=MOST_NEAR, cutoff=0.3) or declared
    raise UsageError(
        f"{OPTION}: the OpenAPI document has no operation {asked!r}. Near: {', '.join(near)}"
    )


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, entry in document.get("paths", {}).items():
        yield from (f"{verb.upper()} {path}" for verb in VERBS_OF_HTTP if verb in entry)


def _is_at(declared: str, asked: str) -> bool:
    """Return whether a declared operation is meant: any step may stand for a parameter of it."""
    steps = re.split(r"\{[^{}]*\}", declared)
    return re.fullmatch("[^/]+".join(map(re.escape, steps)), asked) is not None
