"""Swim lanes: events in their order, bars from a beginning to an end, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from contract_tests.reports.html_report.chart import Chart
from contract_tests.reports.html_report.drawing import picture_of
from contract_tests.reports.html_report.lanes import MOST, chart_of
from contract_tests.reports.html_report.spacing import width_of
from contract_tests.rules.evidence import EventRecord, RequestRecord
from proofs.reported_run import held, late_commit


def drawn(*requests: RequestRecord) -> Chart:
    """The picture of requests."""
    chart = chart_of(dict(enumerate(requests)))
    assert chart is not None
    return chart


def of(*events: EventRecord) -> RequestRecord:
    """A request in which this happened."""
    return RequestRecord(1, "GET", "/orders", events=events)


def bars(chart: Chart) -> list[tuple[int, str, bool]]:
    """The lane of each bar, its sort, and whether it has no end."""
    return [(bar.lane, bar.sort, bar.is_open) for bar in chart.bars]


def test_events_stand_in_their_order_and_none_upon_another() -> None:
    """Each is behind the one before, and behind the label beside the last one in its lane."""
    marks = drawn(late_commit()).marks
    assert [mark.x for mark in marks] == sorted({mark.x for mark in marks})
    for lane in (0, 1):
        mine = [mark for mark in marks if mark.lane == lane]
        for before, after in pairwise(mine):
            assert before.x + width_of(before.label) <= after.x


def test_a_pause_of_seconds_leaves_the_others_in_sight() -> None:
    """The way between two events is stretched: half a minute is not a thousand times 30 ms."""
    first, second, third = drawn(
        of(*(EventRecord(seconds, "sql", 1, "SELECT") for seconds in (0.0, 0.03, 30.0)))
    ).marks
    assert second.x < third.x
    assert third.x - second.x < 10 * (second.x - first.x)


def test_a_late_commit_is_between_the_answer_and_the_broken_moment() -> None:
    """The moment is marked, and all that lies between it and the answer."""
    chart = drawn(late_commit())
    (broken,) = (mark for mark in chart.marks if mark.is_marked)
    (answer,) = chart.answers
    assert broken.label == "COMMIT"
    assert chart.late == (answer[0], broken.x)
    assert bars(chart) == [
        (0, "whole", False),
        (0, "answer", False),
        (1, "loan", False),
        (1, "commit", False),
    ]


def test_a_statement_is_told_whole_beside_its_verb() -> None:
    """With its moment, connection, line of the app, and task."""
    mark = next(m for m in drawn(late_commit()).marks if m.label == "INSERT")
    assert mark.words.startswith("2.0 ms · conn 1 · INSERT INTO orders VALUES ('</script>")
    assert mark.words.endswith(" · at orders.py:48 in create · in Task-7")


def test_a_connection_that_never_comes_back_has_no_end() -> None:
    """Its bar is open, up to the end of the picture, and said to be so in words."""
    chart = drawn(held())
    assert (1, "held", True) in bars(chart)
    assert "never returned by the app" in str(picture_of({0: held()}))


def test_a_connection_that_was_collected_was_not_returned() -> None:
    """The garbage collector has ended its loan, and its transaction with it."""
    chart = drawn(
        of(
            EventRecord(0.0, "checkout", 1),
            EventRecord(0.1, "begin", 1),
            EventRecord(0.2, "reclaimed", 1),
        )
    )
    assert bars(chart)[1:] == [(1, "held", False), (1, "open", True)]


def test_a_connection_that_was_out_before_has_no_beginning() -> None:
    """Its bar begins with the first that was seen of it."""
    chart = drawn(of(EventRecord(0.0, "sql", 3, "SELECT 1"), EventRecord(0.1, "checkin", 3)))
    assert bars(chart)[1:] == [(1, "loan", False)]
    assert chart.bars[1].start == chart.marks[0].x


def test_a_disturbance_is_said_to_be_the_kits() -> None:
    """A request that was cancelled by the kit was not cancelled by the app."""
    chart = drawn(of(EventRecord(0.1, "cancelled", None, "by the kit at suspension 3 (scope)")))
    assert (chart.marks[0].label, chart.marks[0].shape) == ("cancelled by the kit", "square")


def test_requests_that_were_sent_together_are_on_one_clock() -> None:
    """Each has its lane, a connection has one for all, and events are in the order of time."""
    one = replace(late_commit(), letter="A", began=5.0)
    other = replace(late_commit(), letter="B", began=5.0015)
    chart = drawn(one, other)
    assert [lane.name for lane in chart.lanes] == ["request A", "request B", "conn 1"]
    assert [mark.words.split(" · ")[:2] for mark in chart.marks[:5]] == [
        ["0.0 ms", "request A"],
        ["1.2 ms", "request A"],
        ["1.3 ms", "request A"],
        ["1.5 ms", "request B"],
        ["2.0 ms", "request A"],
    ]
    assert [words for _, words in chart.answers] == ["A has its answer", "B has its answer"]


def test_of_thousands_of_events_the_first_are_drawn() -> None:
    """The number of the others is told; the text has all."""
    many = of(*(EventRecord(n / 1000, "sql", 1, "SELECT") for n in range(5000)))
    chart = drawn(many)
    assert (len(chart.marks), chart.left_out) == (MOST, 5000 - MOST)
    assert f"{5000 - MOST} more events are in the text." in str(picture_of({0: many}))


def test_a_request_without_events_has_no_picture() -> None:
    """Of a service behind a URL nothing is known that could be drawn."""
    assert chart_of({0: of()}) is None
    assert picture_of({0: of()}) is None


def test_moments_that_matter_are_written_first() -> None:
    """The broken moment has its number below, whatever stands beside it."""
    chart = drawn(late_commit())
    assert "3.5" in [words for _, words in chart.ticks]
    places = [x for x, _ in chart.ticks]
    assert places == sorted(places)
