"""Payloads: texts that are legal, strange, or longer than their column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ..generation import samples
from ..generation.hostile import HOSTILE_TEXTS
from ..rules.evidence import Remark
from ..rules.violation import NotApplicable
from ..runner.judge import Judge, evidence_of, judges
from ..runner.options import Options
from ..scenarios.crud.pages import plain_list
from ..scenarios.crud.round_trip import (
    Written,
    answering,
    brief,
    each_text,
    lengths,
    takes_text,
    writable_texts,
    write,
)
from ..scenarios.crud.rows import change_body
from ..service.resource import CHANGING, Role
from ..service.service import Service

NUL = "a\x00b"
LONGEST_ODD = 100
ODD_TEXTS = tuple(
    row.text for row in HOSTILE_TEXTS if "\x00" not in row.text and len(row.text) < LONGEST_ODD
)
FEWEST = 3
"""Drawn bodies of texts that are sent however little time there is."""
UNBOUNDED = 20_000
"""Characters sent to a field whose length nothing limits."""


@dataclass
class TextCheck:
    """Writes texts through one operation, and keeps the writes that were accepted."""

    service: Service
    role: Role
    act: Callable[[Mapping[str, Any]], Written]
    accepted: list[Written] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The text fields. Raises `NotApplicable` if the operation takes none."""
        names = writable_texts(self.service.resource, self.role)
        if not names:
            raise NotApplicable(f"{self.service.operation(self.role)} takes no free text")
        return names

    def spoilt(self, options: Options) -> Written | None:
        """The simplest write found that failed, or showed a text otherwise than it was sent.

        Texts of known oddity are for the create alone: what spoils them is rarely the verb.
        """
        from ..generation.searching import search
        from ..generation.strategies import valid_bodies

        asked = self.service.resource.fields(self.role)
        chosen = {name: asked[name] for name in self.names}
        schema = {"type": "object", "properties": chosen, "required": [*chosen]}
        document = self.service.resource.document
        known: list[Mapping[str, Any]] = [
            {self.names[0]: text} for text in ODD_TEXTS if self.role == "create"
        ]
        known += [
            {edge.field: edge.value}
            for edge in samples.edges(schema, document)
            if edge.value is not None
        ]
        found = next((written for values in known if (written := self._look(values))), None)
        drawn = valid_bodies(schema, document)
        # A null is no text: what becomes of it is the matter of another rule.
        bodies = drawn.map(lambda body: {n: v for n, v in body.items() if v is not None})
        count = self.service.budget.fewer(options.profile.texts, FEWEST)
        self.service.budget.saw("requests", f"{self.role} texts", count, options.profile.texts)
        return found or search(bodies, self._look, seed=options.seed, count=count)

    def _look(self, values: Mapping[str, Any]) -> Written | None:
        written = self.act(values)
        if written.exchange.ok:
            self.accepted.append(written)
        return written if written.exchange.failed or written.lost() else None


def judge_texts(judge: Judge, trial: TextCheck, options: Options) -> None:
    """Judge what became of the texts; undecided if the service took none of them."""
    spoilt = trial.spoilt(options)
    if not spoilt and not trial.accepted:
        judge.undecided("every body with a text that its schema allows was refused")
    how = f"found with --contract-seed {options.seed}"
    judge.that(
        spoilt is None,
        expected="each text refused with a client error, or shown again as it was sent",
        observed=written_text(spoilt) if spoilt else "all as they were sent",
        seen=(*evidence_of(spoilt.exchange), Remark(how)) if spoilt else (),
    )


def written_text(written: Written) -> str:
    """Say how a write was answered, and what it lost."""
    lost = "; ".join(written.lost())
    values = ", ".join(f"{name} {brief(written.sent[name])}" for name in written.asked)
    return f"{written.exchange}: {lost or f'sent {values}'}"


@judges("PAY-01")
def test_a_created_text_comes_back(
    judge: Judge, service: Service, contract_options: Options
) -> None:
    """A text that a create accepted is shown by a fresh read."""
    answering(service, ("create",))

    def create(values: Mapping[str, Any]) -> Written:
        service.restore()  # so that a text seen before is no duplicate
        return write(service, "create", values)

    judge_texts(judge, TextCheck(service, "create", create), contract_options)


@pytest.fixture(params=CHANGING)
def changing(request: pytest.FixtureRequest, service: Service) -> Role:
    """Each way to change a row that the service offers."""
    role: Role = request.param
    service.operation(role)
    return role


@judges("PAY-02")
def test_a_changed_text_comes_back(
    judge: Judge, service: Service, changing: Role, contract_options: Options
) -> None:
    """A text that a change accepted is shown by a fresh read."""
    row = service.row()
    control = service.request(changing, row.id, body=change_body(service, changing, row))
    if not control.ok:
        judge.undecided(f"even a plain change is not answered with success: {control}")
    trial = TextCheck(service, changing, lambda values: write(service, changing, values, row))
    judge_texts(judge, trial, contract_options)


@judges("PAY-04")
def test_a_text_with_nul_is_no_failure(judge: Judge, service: Service) -> None:
    """A NUL in any text field is refused, or stored and shown."""
    written = list(each_text(service, lambda _role, _name: [NUL]))
    wrong = [one for one in written if one.exchange.failed or one.lost()]
    judge.that(
        not wrong,
        expected="4xx, or the text shown with its NUL",
        observed="; ".join(written_text(one) for one in wrong),
        seen=wrong[0].exchange if wrong else None,
    )


@judges("PAY-04")
def test_a_parameter_with_nul_is_no_failure(judge: Judge, service: Service) -> None:
    """A NUL in any text parameter of the list is no server failure."""
    named = [
        p.name for p in service.operation("list").query if takes_text(service.resource, p.schema)
    ]
    if not named:
        judge.not_applicable("the list takes no text parameter")
    plain_list(service)
    asked = [service.list(**{name: NUL}) for name in named]
    failed = [exchange for exchange in asked if exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed="; ".join(map(str, failed)),
        seen=failed[0] if failed else None,
    )


@judges("PAY-05")
def test_a_text_longer_than_its_column_is_refused_or_whole(judge: Judge, service: Service) -> None:
    """One character more than the schema or the column takes is refused, or shown to the end."""

    def too_long(role: Role, name: str) -> list[str]:
        known = lengths(service, role, name) or {UNBOUNDED}
        return ["x" * (length + 1) for length in sorted(known)]

    written = list(each_text(service, too_long))
    wrong = [one for one in written if one.exchange.failed or one.lost()]
    judge.that(
        not wrong,
        expected="4xx, or the text shown to its end",
        observed="; ".join(written_text(one) for one in wrong),
        seen=wrong[0].exchange if wrong else None,
    )
