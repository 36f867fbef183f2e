"""Compare a service with its own OpenAPI document, request by request.

Schemathesis makes the requests and knows the checks, by way of `generation`. Neither its pytest
plug-in, nor its engine, nor its configuration files take part, and every request is sent by the
caller.
"""

from .case_generator import CaseGenerator, labels
from .corpus import Corpus
from .document import document_problems, has_invalid_schema
from .executor import CheckFailure, Executor, FuzzResults
from .fuzz_cases import PHASES, DrawSpec, FuzzCase, Phase
from .headers import without_headers
from .messages import Answer, SendRequest, curl
from .shrinking import shrink

__all__ = [
    "PHASES",
    "Answer",
    "CaseGenerator",
    "CheckFailure",
    "Corpus",
    "DrawSpec",
    "Executor",
    "FuzzCase",
    "FuzzResults",
    "Phase",
    "SendRequest",
    "curl",
    "document_problems",
    "has_invalid_schema",
    "labels",
    "shrink",
    "without_headers",
]
