"""Concurrency: two requests that meet in every order their database calls can come in."""

from __future__ import annotations

from functools import partial

import pytest

from ..rules import concurrency as rules
from ..rules import sessions
from ..runner.judge import Judge, judges
from ..scenarios.concurrency.atomic_fields import in_one_row, stays_gone
from ..scenarios.concurrency.hidden_fields import HiddenFields, hidden_fields
from ..scenarios.concurrency.race_outcomes import (
    RaceOutcome,
    fails,
    loses,
    mixes,
    mixes_up,
    resurrects,
    sizes_alone,
    stores_both,
    tears,
)
from ..scenarios.concurrency.request_pairs import ORDINARY, Pairs
from ..service.resource import Role
from ..service.service import Service

CHANGES: dict[str, Role] = {"read+replace": "replace", "read+update": "update"}


@pytest.fixture
def sound(judge: Judge, pairs: Pairs) -> Pairs:
    """The pairs of a service that serves the ordinary ones."""
    if pairs.clash:
        judge.not_applicable(f"ordinary concurrent requests fail ({rules.CON_10.id})")
    return pairs


def met(judge: Judge, pairs: Pairs, pair: str) -> list[RaceOutcome]:
    """The meetings of two requests, neither of which fails if it has the database to itself."""
    meetings = pairs.of(pair)
    failed = [words for meeting in meetings if meeting.is_serial and (words := fails(meeting))]
    if failed:
        judge.not_applicable(f"the requests fail even when sent one after the other: {failed[0]}")
    return meetings


def each_pair(*names: str) -> pytest.MarkDecorator:
    """Judge each of these pairs on its own."""
    return pytest.mark.parametrize("pair", names)


@judges("CON-01")
@each_pair("update+update")
def test_changes_of_different_fields_both_survive(
    judge: Judge, service: Service, sound: Pairs, pair: str
) -> None:
    """In every order, what a successful change sent is there afterwards."""
    lost = partial(loses, resource=service.resource)
    judge.each(sound.of(pair), lost, expected="both changes in the row, or one of them refused")


@judges("CON-02")
@each_pair("create+same")
def test_of_two_equal_creates_one_is_stored(
    judge: Judge, service: Service, sound: Pairs, pair: str
) -> None:
    """In every order, only one of two identical creates makes a row."""
    meetings = sound.of(pair)
    both = partial(stores_both, resource=service.resource, alone=sizes_alone(meetings))
    judge.each(meetings, both, expected="one row, as when the creates are sent one after the other")


@judges("CON-03")
@each_pair("create+same")
def test_the_loser_of_two_equal_creates_is_refused(judge: Judge, sound: Pairs, pair: str) -> None:
    """In every order, the create that comes too late does not fail."""
    judge.each(
        met(judge, sound, pair),
        fails,
        expected="a 4xx for the loser, as when the creates are sent one after the other",
    )


@judges("CON-04")
@each_pair("delete+delete")
def test_two_deletes_of_a_row_do_not_fail(judge: Judge, sound: Pairs, pair: str) -> None:
    """In every order, both deletes succeed, or one finds nothing."""
    judge.each(met(judge, sound, pair), fails, expected="success, or 404 for the second")


@judges("CON-05")
@each_pair("update+delete", "replace+delete")
def test_a_change_of_a_deleted_row_does_not_fail(judge: Judge, sound: Pairs, pair: str) -> None:
    """In every order, a change whose row has gone is refused."""
    expected = "success, or 404 for a change that came too late"
    judge.each(met(judge, sound, pair), fails, expected=expected)


@judges("CON-06")
@each_pair("update+delete")
def test_a_deleted_row_stays_deleted(
    judge: Judge, service: Service, sound: Pairs, pair: str
) -> None:
    """In every order, no read shows the row after a successful delete."""
    if not stays_gone(service):
        judge.not_applicable(
            "a row is shown after its delete even when the requests do not overlap"
        )
    judge.each(sound.of(pair), resurrects, expected="no row after the delete")


@judges("CON-07")
@each_pair("replace+replace")
def test_two_replaces_leave_one_of_them_whole(
    judge: Judge, service: Service, sound: Pairs, pair: str
) -> None:
    """In every order, the row is what one of the two requests sent."""
    names = in_one_row(service, "replace", hidden_fields(service))
    mixed = partial(mixes, resource=service.resource, names=names)
    judge.each(sound.of(pair), mixed, expected=f"{', '.join(names)} from one of the two")


@judges("CON-08")
@each_pair(*CHANGES)
def test_a_read_shows_a_row_before_or_after_a_change(
    judge: Judge, service: Service, sound: Pairs, pair: str
) -> None:
    """In every order, a read shows the old row or the new one."""
    meetings = sound.of(pair)
    names = in_one_row(service, CHANGES[pair], HiddenFields(service))
    torn = partial(tears, resource=service.resource, names=names)
    judge.each(meetings, torn, expected=f"{', '.join(names)} all old, or all new")


@judges("CON-09")
@each_pair("list+delete")
def test_a_list_goes_on_when_a_row_is_deleted(judge: Judge, sound: Pairs, pair: str) -> None:
    """In every order, the list does not fail."""
    judge.each(
        met(judge, sound, pair), fails, expected="a successful list, with the row or without it"
    )


@judges("CON-10")
@each_pair(*ORDINARY)
def test_ordinary_requests_are_served_together(
    judge: Judge, service: Service, pairs: Pairs, pair: str
) -> None:
    """In every order, requests that have nothing to do with each other do not fail."""
    if service.resource.offers("create") and service.row().exchange.shared_sessions:
        judge.not_applicable(
            f"requests share a session even when they do not overlap ({sessions.SES_04.id})"
        )
    judge.each(pairs.of(pair), fails, expected="both requests answered as when each is sent alone")


@judges("CON-11")
@each_pair("create+create", "read+read")
def test_an_answer_is_about_its_own_request(
    judge: Judge, service: Service, sound: Pairs, pair: str
) -> None:
    """In every order, no answer shows what belongs to the other request."""
    foreign = partial(mixes_up, resource=service.resource)
    judge.each(sound.of(pair), foreign, expected="each answer about the row of its request")
