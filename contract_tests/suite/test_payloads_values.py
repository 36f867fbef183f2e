"""Payloads: a value that was accepted comes back as the same value, whatever carries it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..runner.judge import Judge, judges
from ..scenarios.crud.fields import Write, nothings
from ..scenarios.crud.values import (
    EXACT,
    FINE,
    MANY_DIGITS,
    each_choice,
    each_decimal,
    each_list,
    each_map,
    is_choice,
    is_exactly,
    is_reordered,
    is_whole_map,
    keeps_digits,
)
from ..service.service import Service


def judge_writes(
    judge: Judge, sent: Iterable[Write], is_wrong: Callable[[Write], bool], expected: str
) -> None:
    """Judge what was accepted; not applicable if nothing was."""
    accepted = [write for write in sent if write.accepted]
    if not accepted:
        judge.not_applicable("no field accepts such a value and shows it")
    wrong = [write for write in accepted if is_wrong(write)]
    judge.that(
        not wrong,
        expected=expected,
        observed="; ".join(map(str, wrong)),
        seen=(wrong or accepted)[0].exchange,
    )


def rounded(write: Write) -> bool:
    """Return whether a decimal is shown as another one."""
    return not is_exactly(write.value, write.shown)


@judges("PAY-40")
def test_a_decimal_comes_back_as_the_same(judge: Judge, service: Service) -> None:
    """Amounts with two places are shown to the last digit, long ones where the database can."""
    sent = list(each_decimal(service, EXACT))
    longer = each_decimal(service, MANY_DIGITS) if keeps_digits(service) else ()
    judge_writes(judge, [*sent, *longer], rounded, "the same decimal, however it is spelled")


@judges("PAY-41")
def test_a_decimal_with_more_places_is_refused_or_whole(judge: Judge, service: Service) -> None:
    """Eight places after the point are refused or shown, and not rounded."""
    sent = list(each_decimal(service, FINE))
    wrong = [write for write in sent if write.accepted and rounded(write)]
    judge.that(
        not wrong,
        expected="a refusal, or all of its digits",
        observed="; ".join(map(str, wrong)),
        seen=(wrong or sent)[0].exchange,
    )


@judges("PAY-42")
def test_every_choice_comes_back(judge: Judge, service: Service) -> None:
    """True, False and each listed value are refused or shown as they were sent."""
    sent = list(each_choice(service))
    failed = [write for write in sent if write.exchange.failed]
    judge.that(
        not failed,
        expected="an answer below 500 for each value that the document lists",
        observed="; ".join(f"{write.exchange} for {write.value!r}" for write in failed),
        seen=failed[0].exchange if failed else None,
    )
    judge_writes(judge, sent, lambda w: not is_choice(w.value, w.shown), "the value that was sent")


@judges("PAY-43")
def test_a_list_keeps_its_order(judge: Judge, service: Service) -> None:
    """Three items come back in the order in which they were sent."""
    judge_writes(
        judge,
        each_list(service),
        lambda w: is_reordered(w.value, w.shown),
        "the items in the order they were sent in",
    )


@judges("PAY-44")
def test_a_map_keeps_its_entries(judge: Judge, service: Service) -> None:
    """Entries with capitals, dots, blanks and digits in their names are all there."""
    judge_writes(
        judge,
        each_map(service),
        lambda w: not is_whole_map(w.value, w.shown),
        "every entry, and no other",
    )


@judges("PAY-45")
def test_an_empty_list_or_object_is_not_null(judge: Judge, service: Service) -> None:
    """`[]` and `{}` are refused or shown as what they are."""
    empty = [write for write in nothings(service) if isinstance(write.value, (list, dict))]
    judge_writes(judge, empty, lambda w: w.shown is None, "an empty list or object")
