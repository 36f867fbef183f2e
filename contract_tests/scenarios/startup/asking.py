"""Ask a service that lives elsewhere, and read its answers as those of the service here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

from ...instruments.exchange import Exchange, Request
from ...service.expectations import about_state, fresh_headers, needs_state
from ...service.resource import Role
from ...service.service import Service
from ...service.transports.pacing import in_turn
from ...service.workers.subprocess_app import SubprocessApp


@dataclass(frozen=True)
class AppClient:
    """Asks one app of a trial what is asked of the service here."""

    service: Service
    trial: SubprocessApp
    app: int
    cookies: tuple[tuple[str, str], ...] = ()

    def after(self, exchange: Exchange) -> AppClient:
        """Give a client that sends the cookies that an answer has set."""
        jar = SimpleCookie()
        for name, value in exchange.headers:
            if name.lower() == "set-cookie":
                jar.load(value)
        sent = "; ".join(f"{name}={cookie.coded_value}" for name, cookie in jar.items())
        return replace(self, cookies=(("cookie", sent),) if sent else ())

    def send(self, role: Role, identifier: object = None, body: Any = None) -> Exchange:
        """Send the operation in this role, at the pace that the app allows."""
        operation = self.service.operation(role)
        resource = self.service.resource
        fresh = fresh_headers(resource, operation, self.service.serial)
        if needs_state(resource, role):
            tag, body = about_state(resource, self.send("read", identifier), body)
            fresh += tag
        headers = (*self.service.headers, *self.cookies, *fresh)
        request = Request(operation.method, operation.target(identifier), headers)
        return in_turn(partial(self._sent, request, body), time.sleep)

    def _sent(self, request: Request, body: Any) -> Exchange:
        answer = self.trial.request(self.app, request.method, request.target, request.headers, body)
        return Exchange(
            1,
            request,
            status=answer.get("status"),
            headers=tuple((name, value) for name, value in answer.get("headers", ())),
            body=answer.get("body", "").encode(),
            raised=answer.get("raised", "") or answer.get("error", ""),
            complete=answer.get("complete", False),
            conventions=self.service.resource.conventions,
        )

    def usual(self) -> tuple[Exchange, ...]:
        """A list and a create, as far as the service offers them."""
        bodies: dict[Role, Any] = {"list": None, "create": self.service.body()}
        return tuple(
            self.send(role, body=body)
            for role, body in bodies.items()
            if self.service.resource.offers(role)
        )

    def document(self) -> Any:
        """The OpenAPI document; None where the service here was found to serve none."""
        place = self.service.resource.found
        if not place.startswith("/"):
            return None
        answer = self.trial.request(self.app, "GET", place, self.service.headers)
        return Exchange(1, Request("GET", place), body=answer.get("body", "").encode()).json

    def stop(self) -> str:
        """Run the shutdown; how it failed, or an empty text."""
        transport = self.service.process.transport
        failure = failure_line(self.trial.ask("stop", app=self.app, limit=transport.stop_limit))
        if hung(failure):
            transport.hurry()
        return failure


def failure_line(answer: dict[str, Any]) -> str:
    """Return the app's own last line about a failed command; empty if it did not fail."""
    lines = [] if answer["ok"] else str(answer["error"]).strip().splitlines()
    if len(lines) > 1:
        return f"{lines[0].partition(': Traceback')[0]}: {lines[-1].strip()}"
    return lines[0] if lines else ""


def hung(told: str) -> bool:
    """Return whether a failure or a raised text says that something came to no end."""
    return "no end within" in told or "no answer within" in told
