"""Plausible request bodies made from a JSON schema: valid ones, other ones, broken ones.

Everything here is deterministic: the same schema with the same serial gives the same body.
Only the standard library is imported, so that asking for a body costs nothing.
"""

from .breaches import Breach, breaches
from .reading import (
    Schema,
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
    "Schema",
    "breaches",
    "different",
    "is_nullable",
    "kind",
    "kinds",
    "properties",
    "required",
    "resolve",
    "sample",
    "settle",
    "text_fields",
]
