"""A finding as a separate test: plain httpx and pytest, nothing of the kit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pprint import pformat
from typing import Any

from ...rules.rule import Rule
from ...service.pages import page_query
from ...service.resource import Resource, Role
from ...service.service import Service
from .programs import Counterexample
from .steps import Step, names_of

WIDTH = 60
INSIDE = " " * 8
HEAD = '''"""{id}: {statement}

Found by the contract of {app}. Needs httpx; the database is the one the app is told of.
"""

import asyncio
from contextlib import asynccontextmanager
{quoting}
import httpx

from {module} import {attribute} as {name}

HEADERS = {headers}


@asynccontextmanager
async def served():
    """A client of the app, between its start-up and its shutdown."""
    app = {made}
    state, inbox, outbox = {{}}, asyncio.Queue(), asyncio.Queue()
    scope = {{"type": "lifespan", "asgi": {{"version": "3.0"}}, "state": state}}
    life = asyncio.create_task(app(scope, inbox.get, outbox.put))
    await inbox.put({{"type": "lifespan.startup"}})
    await asyncio.wait({{life, asyncio.create_task(outbox.get())}}, return_when="FIRST_COMPLETED")

    async def stateful(scope, receive, send):
        await app(scope | {{"state": dict(state)}}, receive, send)

    transport = httpx.ASGITransport(stateful, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://testserver", headers=HEADERS, follow_redirects=False
    ) as client:
        yield client
    await inbox.put({{"type": "lifespan.shutdown"}})
    await asyncio.wait({{life}})
'''
LIVE_HEAD = '''"""{id}: {statement}

Found by the contract of {app}. Needs httpx, and the service to be running there.
"""

import asyncio
from contextlib import asynccontextmanager
{quoting}
import httpx

HEADERS = {headers}


@asynccontextmanager
async def served():
    """A client of the service."""
    async with httpx.AsyncClient(base_url={app!r}, headers=HEADERS) as client:
        yield client
'''
PROGRAM = """

async def program():
    async with served() as client:
"""
TAIL = """

def test_{name}():
    asyncio.run(program())
"""


def regression(service: Service, rule: Rule, finding: Counterexample) -> str:
    """The text of a file that fails for this very finding; empty if there can be none.

    What is sent together needs the kit, which orders the calls; so does a row whose id only the
    list tells.
    """
    _, _, attribute = service.app.partition(":")
    if any(step.pair for step in finding.program) or not finding.id_from or not attribute:
        return ""
    written = _Written(service, finding)
    head = (HEAD if service.has_process else LIVE_HEAD).format(
        id=rule.id,
        statement=rule.statement,
        app=service.app,
        headers=pformat(dict(service.headers)),
        quoting="from urllib.parse import quote\n" if written.quotes else "",
        **(_imported(service) if service.has_process else {}),
    )
    lines = "\n".join(f"{INSIDE}{line}".rstrip() for line in written.lines())
    test = rule.id.lower().replace("-", "_")
    whole = f"{head}{PROGRAM}{lines}\n{TAIL.format(name=test)}"
    # A restart is another client, in a block beside the first one.
    return whole.replace(f"\n{INSIDE}DEDENT ", "\n    ")


def _imported(service: Service) -> dict[str, str]:
    """Give the words of the lines that import and make the app."""
    module, _, attribute = service.app.partition(":")
    is_factory = service.process.origin.is_factory
    name = "create_app" if is_factory else "found_app"
    made = f"{name}()" if is_factory else name
    return {"module": module, "attribute": attribute, "name": name, "made": made}


class _Written:
    """The program as Python."""

    def __init__(self, service: Service, finding: Counterexample) -> None:
        self._service = service
        self._resource: Resource = service.resource
        self._finding = finding
        self._names = names_of(finding.program)

    @property
    def quotes(self) -> bool:
        """Return whether an id may need quoting in a path."""
        resource = self._resource
        return resource.id_kind != "integer" and resource.id_schema.get("format") != "uuid"

    def lines(self) -> Iterator[str]:
        """Each step, and what should be seen in the end."""
        for step in self._finding.program:
            if step.act == "restart":
                yield "DEDENT async with served() as client:"
                continue
            yield self._sent(step)
            if step.act == "create" and step is not self._finding.program[-1]:
                yield "assert answer.is_success, answer.text"
                yield f"{self._names[step.row]} = {self._identified()}"
        yield from self._asserted()

    def _sent(self, step: Step) -> str:
        role: Role = step.act  # type: ignore[assignment]
        operation = self._service.operation(role)
        asked = page_query(self._service, None, 0, 0) if role == "list" else None
        # NUL keeps the place of the id: quoted it is `%00`, which is nowhere else in a target.
        target = operation.target("\0", asked).replace("%00", self._placed(step))
        prefix = "f" if "{" in target else ""
        body = "" if step.body is None else f", json={self._body(step, role)}"
        return (
            f"answer = await client.{operation.method.lower()}({prefix}{json.dumps(target)}{body})"
        )

    def _placed(self, step: Step) -> str:
        name = self._names.get(step.row, "row")
        return f"{{quote(str({name}), safe='')}}" if self.quotes else f"{{{name}}}"

    def _body(self, step: Step, role: Role) -> str:
        sent: Mapping[str, Any] = step.body or {}
        known = self._resource.fields(role)
        own = self._resource.id_field
        is_named = role != "create" and own in known
        return f"{dict(sent)!r}" + (f" | {{{own!r}: {self._names[step.row]}}}" if is_named else "")

    def _identified(self) -> str:
        if self._finding.id_from == "body":
            return self._row(repr(self._resource.id_field))
        return 'answer.headers["location"].rstrip("/").rsplit("/", 1)[-1]'

    def _row(self, field: str) -> str:
        way = "".join(f"[{step!r}]" for step in self._resource.single)
        return f"answer.json(){way}[{field}]"

    def _asserted(self) -> Iterator[str]:
        mismatch = self._finding.mismatch
        name = self._names.get(mismatch.row, "row")
        if mismatch.kind == "failed":
            yield "assert answer.status_code < 500, answer.text"
        elif mismatch.act == "list":
            way = "".join(f"[{step!r}]" for step in self._resource.envelope)
            own = self._resource.id_field
            yield f"rows = {{str(shown[{own!r}]): shown for shown in answer.json(){way}}}"
            yield f"assert {self._about_list(f'str({name})')}, answer.text"
        elif mismatch.kind == "field":
            expected = repr(mismatch.expected)
            operator = "is" if mismatch.expected is None else "=="
            field = repr(mismatch.field)
            yield f"assert {self._row(field)} {operator} {expected}, answer.text"
        else:
            is_back = mismatch.kind == "back"
            what = "answer.status_code in (404, 410)" if is_back else "answer.is_success"
            yield f"assert {what}, answer.text"

    def _about_list(self, name: str) -> str:
        mismatch = self._finding.mismatch
        if mismatch.kind == "field":
            operator = "is" if mismatch.expected is None else "=="
            return f"rows[{name}][{mismatch.field!r}] {operator} {mismatch.expected!r}"
        return f"{name} {'not in' if mismatch.kind == 'back' else 'in'} rows"
