"""Tests of this team that judge its own rules, beside one that judges none."""

import pytest

from contract_tests import Judge, Service


@pytest.mark.contract("ITEM-01")
def test_a_description_left_out_is_null(judge: Judge, service: Service) -> None:
    """A create without a description shows null."""
    answer = service.create({"name": "a lamp"})
    judge.that(
        service.shown(answer).get("description", "") is None,
        expected="description: null",
        observed=f"{answer}: {answer.excerpt(80)}",
        seen=answer,
    )


@pytest.mark.contract("ITEM-02")
def test_a_name_is_taken_once(judge: Judge, service: Service) -> None:
    """The second create of a name is refused."""
    service.create({"name": "a lamp"})
    second = service.create({"name": "a lamp"})
    judge.that(second.refused, expected="a refusal", observed=f"{second}", seen=second)


def test_of_the_team() -> None:
    """Judges no rule."""
