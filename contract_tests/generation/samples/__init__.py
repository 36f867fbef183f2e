"""Plausible request bodies made from a JSON schema: valid ones, other ones, broken ones.

Everything here is deterministic: the same schema with the same serial gives the same body.
Only the standard library is imported, so that asking for a body costs nothing.
"""

from .breaches import Breach, breaches
from .edges import Edge, edges
from .formats import is_uuid
from .reading import (
    Schema,
    branches,
    is_nullable,
    kind,
    kinds,
    properties,
    required,
    resolve,
    settle,
    text_fields,
)
from .values import different, sample

__all__ = [
    "Breach",
    "Edge",
    "Schema",
    "branches",
    "breaches",
    "different",
    "edges",
    "is_nullable",
    "is_uuid",
    "kind",
    "kinds",
    "properties",
    "required",
    "resolve",
    "sample",
    "settle",
    "text_fields",
]
