"""Payloads: texts and numbers that are legal, strange, or too large for their column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ..extremes import IDS, INTEGERS, ODD_IDS, PAGES
from ..hostile import HOSTILE_TEXTS
from ..instruments.exchange import Exchange
from ..judge import Judge, evidence_of, judges
from ..options import Options
from ..payloads import valid_bodies
from ..resource import Role
from ..rules import payloads as rules
from ..searching import search
from ..service import Service
from ..violation import NotApplicable
from ..writing import Written, brief, integers, texts, write

NUL = "a\x00b"
ODD_TEXTS = tuple(row.text for row in HOSTILE_TEXTS if row.text != NUL and len(row.text) < 100)
UNBOUNDED = 20_000
"""What a text field without any declared length is tried with."""


@pytest.fixture(params=("replace", "update"))
def changing(request: pytest.FixtureRequest, service: Service) -> Role:
    """Each way to change a row that the service offers."""
    role: Role = request.param
    service.operation(role)
    return role


@pytest.fixture(params=("create", "replace", "update"))
def writing(request: pytest.FixtureRequest, service: Service) -> Role:
    """Each way to write a row that the service offers."""
    role: Role = request.param
    service.operation("create")
    service.operation(role)
    return role


def fields(service: Service, role: Role) -> tuple[str, ...]:
    """The text fields of an operation. Raises `NotApplicable` if there are none."""
    names = texts(service.resource, role)
    if not names:
        raise NotApplicable(f"no field of {service.resource.operations[role]} is free text")
    return names


def spoilt_text(
    names: tuple[str, ...], act: Callable[[Mapping[str, Any]], Written], role: Role, seed: int,
    service: Service,
) -> tuple[list[Written], Written | None]:  # fmt: skip
    """The writes that were accepted, and the simplest one that spoilt its text."""
    accepted: list[Written] = []

    def look(values: Mapping[str, Any]) -> Written | None:
        written = act(values)
        accepted.extend([written] if written.exchange.ok else [])
        return written if written.exchange.failed or written.lost(*names) else None

    asked = service.resource.fields(role)
    schema = {"type": "object", "properties": {n: asked[n] for n in names}, "required": [*names]}
    odd = (look({name: text}) for name in names[:1] for text in ODD_TEXTS)
    found = next(filter(None, odd), None)
    return accepted, found or search(valid_bodies(schema, service.resource.document), look, seed=seed)


def judge_texts(judge: Judge, accepted: list[Written], spoilt: Written | None, seed: int) -> None:
    """Say what became of the texts; undecided if the service took none."""
    if spoilt is None:
        if not accepted:
            judge.undecided("every body with a text made for it was refused")
        judge.that(True, expected="texts as sent", observed="texts as sent")  # noqa: FBT003
        return
    what = "; ".join(spoilt.lost(*spoilt.sent)) or f"for {brief(dict(spoilt.sent), 200)}"
    judge.that(
        False,  # noqa: FBT003
        expected="each text refused with a client error, or shown as it was sent",
        observed=f"{spoilt.exchange}; {what}",
        seen=f"{evidence_of(spoilt.exchange)}\nfound with --contract-seed {seed}",
    )
