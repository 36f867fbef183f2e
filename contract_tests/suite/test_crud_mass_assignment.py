"""CRUD: a write that names fields that it may not set, or that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

from ..runner.judge import Judge, judges
from ..scenarios.crud.mass_assignment import Naming, named_columns, named_fields, overfull
from ..service.service import Service


def judge_effects(judge: Judge, asked: Iterable[Naming], none: str) -> None:
    """Judge that nothing that was named beyond the document took effect."""
    sent = list(asked)
    if not sent:
        judge.not_applicable(none)
    wrong = [naming for naming in sent if naming.effect]
    judge.that(
        not wrong,
        expected="fields that are not offered for writing refused, ignored or left unchanged",
        observed="; ".join(map(str, wrong)),
        seen=(wrong or sent)[0].exchange,
    )


@judges("CRU-46")
def test_a_body_cannot_write_a_field_that_is_only_shown(judge: Judge, service: Service) -> None:
    """The id, and each field that is shown and not offered, is not what the body says."""
    judge_effects(judge, named_fields(service), "every field that is shown may be written")


@judges("CRU-46")
def test_a_body_cannot_write_a_hidden_column(judge: Judge, service: Service) -> None:
    """A column that is neither shown nor offered does not hold what the body says."""
    reason = "every column of the table is offered or shown"
    judge_effects(judge, named_columns(service), reason)


@judges("CRU-48")
def test_fields_nobody_asked_for_are_no_failure(judge: Judge, service: Service) -> None:
    """An unknown field, an id or a read-only field in a body is answered below 500."""
    sent = list(overfull(service))
    if not sent:
        judge.undecided("no operation answers a plain write below 500")
    failed = [naming for naming in sent if naming.exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500",
        observed="; ".join(map(str, failed)),
        seen=(failed or sent)[0].exchange,
    )
