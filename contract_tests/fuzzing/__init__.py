"""Compare a service with its own OpenAPI document, request by request.

Schemathesis makes the requests and knows the checks; this package alone imports it, inside the
functions that need it. Neither its pytest plug-in, nor its engine, nor its configuration files
take part, and every request is sent by the caller.
"""

from .bodies import body_strategy
from .document import document_problems
from .exploration import explore
from .records import Alarm, Answer, Exploration, Request, Send

__all__ = [
    "Alarm",
    "Answer",
    "Exploration",
    "Request",
    "Send",
    "body_strategy",
    "document_problems",
    "explore",
]
