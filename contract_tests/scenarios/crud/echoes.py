"""Texts that an answer may hold because the client has sent them."""

from __future__ import annotations

import json
from urllib.parse import unquote

from ...instruments.exchange import Exchange
from ...service.service import Service


def sent_by(service: Service, exchange: Exchange) -> str:
    """Return what the client sent: it may come back, now or in a row that was sent before."""
    request = exchange.request
    body = request.body.decode("utf-8", "backslashreplace")
    return f"{unquote(request.target)} {body} {json.dumps(dict(service.resource.overrides))}"
