"""Interface: the service is the one that was pinned, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..rules.evidence import Remark
from ..runner.judge import Judge, judges
from ..scenarios.interface import Agreement, KeyDrift


@judges("PIN-01")
def test_the_operations_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """Every operation is at its method and path, and there is no further one."""
    _judge(judge, agreement, "operations")


@judges("PIN-02")
def test_the_fields_of_a_row_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """A row shows the fields that are pinned, with their types, and no further one."""
    _judge(judge, agreement, "rows")


@judges("PIN-03")
def test_the_statuses_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """Each success and each refusal is answered with its status."""
    _judge(judge, agreement, "statuses")


@judges("PIN-04")
def test_the_fields_of_a_body_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """Each body takes and requires what is pinned, within the same limits."""
    _judge(judge, agreement, "bodies")


@judges("PIN-05")
def test_the_envelope_is_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """The rows of a list, and a single row, are where they were."""
    _judge(judge, agreement, "envelope")


@judges("PIN-06")
def test_the_ids_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """An id has its name and its type; one that a client chooses fares as it did."""
    _judge(judge, agreement, "ids")


@judges("PIN-07")
def test_the_paging_is_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """The list is paged by its parameters, and strange sizes fare as they did."""
    _judge(judge, agreement, "paging")


@judges("PIN-08")
def test_the_order_is_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """Rows created in a mixed order are listed in the order that is pinned."""
    _judge(judge, agreement, "order")


@judges("PIN-09")
def test_the_errors_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """Refusals have the same keys, with the same types."""
    _judge(judge, agreement, "errors")


@judges("PIN-10")
def test_the_special_values_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """Empty, long and unusual texts are kept, changed or refused as they were."""
    _judge(judge, agreement, "values")


@judges("PIN-11")
def test_the_settings_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """The engines are made with the settings that are pinned."""
    _judge(judge, agreement, "settings")


@judges("PIN-12")
def test_the_lines_of_the_start_up_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """The start-up logs each line that is pinned."""
    _judge(judge, agreement, "startup")


@judges("PIN-13")
def test_the_tables_are_as_pinned(judge: Judge, agreement: Agreement) -> None:
    """The tables and their columns have the names that are pinned."""
    _judge(judge, agreement, "tables")


def _judge(judge: Judge, agreement: Agreement, section: str) -> None:
    """Judge one section: each difference is told, with both sides beside each other."""
    __tracebackhide__ = True
    found = agreement.compare_section(section)
    if not found.count:
        judge.not_applicable(f"nothing under [{section}] is pinned that can be seen here")
    judge.that(
        not found.drift,
        expected=f"the {section} of {agreement.title}",
        observed="; ".join(drift.words for drift in found.drift),
        seen=(Remark(_side_by_side(found.drift)),) if found.drift else None,
    )


def _side_by_side(drift: Iterable[KeyDrift]) -> str:
    """Lay both sides out in columns; of lists, what one of them lacks."""
    rows = [("", "pinned", "observed"), *(row for each in drift for row in _rows(each))]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in rows)


def _rows(drift: KeyDrift) -> Iterator[tuple[str, str, str]]:
    pinned, observed = drift.pinned, drift.observed
    if not isinstance(pinned, tuple) or not isinstance(observed, tuple):
        yield drift.key, str(pinned), str(observed)
        return
    yield from ((drift.key, each, "-") for each in pinned if each not in observed)
    yield from ((drift.key, "-", each) for each in observed if each not in pinned)
