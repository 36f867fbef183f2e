"""A document without the headers that the caller sends with every request."""

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...generation.samples import reading

_BY_AUTHORIZATION = frozenset({"http", "oauth2", "openIdConnect"})


def without_headers(document: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    """Return the document without parameters for these headers.

    A case that is about one of them would be repaired by the caller's own: it is not drawn.
    """
    sent = {name.lower() for name in names}
    if not sent:
        return document
    made: dict[str, Any] = copy.deepcopy(dict(document))
    for place in _places(made):
        if "parameters" in place:
            place["parameters"] = [
                each for each in place["parameters"] if not _is_sent(each, sent, made)
            ]
        if "security" in place:
            place["security"] = [
                {
                    scheme: scopes
                    for scheme, scopes in needed.items()
                    if not _is_met(scheme, sent, made)
                }
                for needed in place["security"]
            ]
    return made


def _places(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parts of a document that ask for headers: the whole, paths, operations."""
    yield document
    for item in document.get("paths", {}).values():
        if isinstance(item, dict):
            yield item
            yield from (each for each in item.values() if isinstance(each, dict))


def _is_sent(parameter: object, sent: set[str], document: Mapping[str, Any]) -> bool:
    declared = reading.resolve(parameter, document)
    return declared.get("in") == "header" and str(declared.get("name")).lower() in sent


def _is_met(scheme: str, sent: set[str], document: Mapping[str, Any]) -> bool:
    schemes = document.get("components", {}).get("securitySchemes", {})
    declared = reading.resolve(schemes.get(scheme), document)
    if declared.get("type") in _BY_AUTHORIZATION:
        return "authorization" in sent
    return declared.get("in") == "header" and str(declared.get("name")).lower() in sent
