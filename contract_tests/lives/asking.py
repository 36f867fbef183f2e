"""Ask a service that lives elsewhere, and read its answers as those of the service here."""

from __future__ import annotations

from typing import Any

from ..instruments.exchange import Exchange, Request
from ..resource import Role
from ..service import Service
from ..targets.trial import Trial


def ask(service: Service, trial: Trial, app: int, role: Role, body: Any = None) -> Exchange:
    """Send the operation in this role to an app of the trial."""
    operation = service.operation(role)
    target, headers = operation.target(), service.headers
    answer = trial.request(app, operation.method, target, headers, body)
    return Exchange(
        1,
        Request(operation.method, target, headers),
        status=answer.get("status"),
        body=answer.get("body", "").encode(),
        raised=answer.get("raised", "") or answer.get("error", ""),
        held=tuple(answer.get("held", ())),
        complete=answer.get("complete", False),
    )


def failure(answer: dict[str, Any]) -> str:
    """How a command failed: the app's own last line; empty if it did not."""
    lines = [] if answer["ok"] else str(answer["error"]).strip().splitlines()
    if len(lines) > 1:
        return f"{lines[0].partition(': Traceback')[0]}: {lines[-1].strip()}"
    return lines[0] if lines else ""


def hung(told: str) -> bool:
    """Whether a failure or a raised text says that something came to no end."""
    return "no end within" in told or "no answer within" in told
