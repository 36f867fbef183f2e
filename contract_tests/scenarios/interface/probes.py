"""The requests by which an interface is observed, beside those that detection has sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ...generation import samples
from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable, Undecided
from ...service.capabilities import missing
from ...service.service import Service
from ..crud.operations import CASES
from .forms import kind_of_json

SIZES = {"zero": 0, "negative": -1, "huge": 1_000_000}
ABSENT = {"wrong_method": ("PATCH", "PUT"), "wrong_method_on_row": ("POST", "PATCH", "PUT")}
"""Methods to try where nothing is declared for them; none that could delete what others made."""

ACCENT = "e\u0301"
SHAPED = ("enum", "const", "format")


def answers_to_probes(service: Service) -> dict[str, Exchange]:
    """Return an answer of each kind that the service gives, by the key of its status."""
    found: dict[str, Exchange] = {}
    for case in CASES:
        if missing(service, case.needs) is None:
            with suppress(Undecided, NotApplicable):
                found[case.name.replace("-", "_")] = case.act(service)
    for name, methods in ABSENT.items():
        with suppress(Undecided):
            found |= _wrong_method(service, name, methods)
    return found


def _wrong_method(service: Service, name: str, methods: Iterable[str]) -> dict[str, Exchange]:
    """Send the first method that the path does not have."""
    resource, is_on_row = service.resource, name.endswith("row")
    paths = {op.path for op in resource.operations.values() if ("{id}" in op.path) is is_on_row}
    declared = {op.method for op in resource.operations.values() if op.path in paths}
    for path in sorted(paths)[:1]:
        spoken = path.replace("{id}", f"{{{resource.id_parameter}}}")
        entry = resource.document.get("paths", {}).get(spoken, {})
        free = [m for m in methods if m not in declared and m.lower() not in entry]
        if free:
            target = path.replace("{id}", str(service.absent_id()))
            return {name: service.send(free[0], target, json_body={})}
    return {}


def outcome_of_id(service: Service) -> str:
    """Return what becomes of an id that the client of a create chooses."""
    chosen = service.absent_id()
    answer = service.create(service.body() | {service.resource.id_field: chosen})
    if not answer.ok:
        return _refusal(answer)
    return "taken" if str(service.id_of(answer)) == str(chosen) else "passed over"


def outcomes_of_sizes(service: Service) -> dict[str, str]:
    """Return what becomes of strange page sizes, where there are rows to show."""
    name = service.resource.paging.size
    if not name:
        return {}
    if service.resource.offers("create"):
        service.row()
    answers = {key: service.list(**{name: size}) for key, size in SIZES.items()}
    return {key: _page(service, answer) for key, answer in answers.items()}


def _page(service: Service, answer: Exchange) -> str:
    if not answer.ok:
        return _refusal(answer)
    return "answered with rows" if service.resource.rows(answer.json) else "answered with no row"


def outcomes_of_texts(service: Service) -> dict[str, str]:
    """Return what becomes of special texts in the first text that a create needs."""
    resource = service.resource
    if not resource.offers("create"):
        return {}
    found = {"unknown_field": _outcome(service, {"nobody_knows": "this"})}
    name = _text_field(service)
    if name:
        for key, value in _texts(service, name):
            found[key] = _outcome(service, {name: value})
    return found


def _text_field(service: Service) -> str | None:
    resource, document = service.resource, dict(service.resource.document)
    needed = samples.required(resource.schema(), document)
    fields = {n: f for n, f in resource.fields().items() if n not in resource.fixed}
    texts = [
        name
        for name, field in fields.items()
        if samples.kind(field, document) == "string"
        and not any(samples.settle(field, document).get(word) for word in SHAPED)
    ]
    return next((name for name in texts if name in needed), next(iter(texts), None))


def _texts(service: Service, name: str) -> Iterator[tuple[str, Any]]:
    """Give the special values, each with a number in it that makes it no other row's."""
    schema = service.resource.fields()[name]
    most = samples.settle(schema, dict(service.resource.document)).get("maxLength")
    yield from {
        "empty": "",
        "blank": "   ",
        "spaces": f"  {service.serial()} ",
        "capitals": f"Ab{service.serial()}",
        "decomposed": f"{ACCENT}{service.serial()}",
        "null": None,
    }.items()
    # Without a declared length it is the database that decides.
    if isinstance(most, int):
        yield "oversized", str(service.serial()).rjust(most + 1, "x")


def _outcome(service: Service, part: Mapping[str, Any]) -> str:
    """Return what becomes of a part of a create's body."""
    (name, sent), body = next(iter(part.items())), service.body() | dict(part)
    answer = service.create(body)
    if not answer.ok:
        return _refusal(answer)
    row = service.resource.whole_row(answer.json)
    if service.resource.offers("read") and (identifier := service.created_id(answer, body)):
        row = service.resource.whole_row(service.read(identifier).json)
    if name not in row:
        return "passed over"
    return "kept" if row[name] == sent else _changed(sent, row[name])


def _changed(sent: object, shown: object) -> str:
    """Return what has become of a value."""
    if not isinstance(sent, str) or not isinstance(shown, str):
        return f"stored as {kind_of_json(shown)}"
    changes = {
        "trimmed": sent.strip(),
        "in small letters": sent.lower(),
        "in capitals": sent.upper(),
        "composed": unicodedata.normalize("NFC", sent),
        "cut": sent[: len(shown)],
    }
    return next((words for words, text in changes.items() if text == shown))


def _refusal(answer: Exchange) -> str:
    return f"{'refused' if answer.refused else 'failed'} with {answer.status or 'no answer'}"
