"""Findings have names that are the same in every run, and another one for another defect."""

from __future__ import annotations

import pytest

from contract_tests.rules.findings import LONGEST, finding_names, finding_place

SAME = [
    (
        "create",
        "POST /orders/ -> 201, and its COMMIT came only after the answer had been sent",
        "POST /v1/orders/7 -> 200, and its COMMIT came only after the answer had been sent",
    ),
    (
        "read",
        (
            "conn 69 NEVER RETURNED; taken at orders.py:53 in get, after cancel number 15 (sql "
            "SELECT orders.id, at orders.py:32 in tell) of GET /orders/20 -> no answer"
        ),
        (
            "conn 7 NEVER RETURNED; taken at orders.py:54 in look, after cancel number 3 (first at "
            "orders.py:33 in tell) of GET /orders/21 -> no answer"
        ),
    ),
    (
        "a_read_shows_what_was_sent",
        "GET /orders/3 -> 200 shows name '0000001k' instead of 'it\\'s'",
        "GET /orders/6f1c0e4e-0d0b-4a52-9d55-0a3f0c9b2c11 -> 200 shows name None instead of 'b'",
    ),
    (
        "create+create",
        (
            "A POST /orders/ -> 500 sqlalchemy.exc.IllegalStateChangeError: Method 'close()' "
            "is late, after A POST /orders/ -> 500, B POST /orders/ -> 201, in the order A:SELECT"
        ),
        'B POST /orders/ -> 500 {"detail": "none"}, after A POST /orders/ -> 201',
    ),
    (
        "more_requests_than_connections_are_served",
        "11 failed: GET /orders/ -> 500 RuntimeError: as many as there are",
        "3 failed: GET /orders/?limit=5 -> 500 RuntimeError: 5 and 10 more",
    ),
    (
        "an_absurd_page_is_no_failure",
        "GET /orders/?limit=9 -> 500; GET /orders/?offset=99 -> 500",
        "GET /orders/?limit=9 -> 500",
    ),
]
UNLIKE = [
    ("every_declared_operation_is_routed", "PUT /orders/2 -> 405", "DELETE /orders/2 -> 405"),
    ("others-invalid", "GET /report -> 500, Server error", "GET /stock -> 500, Server error"),
    ("read-missing", "GET /orders/9 -> 400", "GET /orders/9 -> 500"),
    ("list", "conn 3 NEVER RETURNED; taken at a.py:1", "conn 3: a transaction left open"),
]


@pytest.mark.parametrize(("case", "one", "other"), SAME)
def test_what_moves_is_no_part_of_a_name(case: str, one: str, other: str) -> None:
    """Numbers, ids, values, lines of code, words of drivers: another run has others."""
    assert finding_names([one], case) == finding_names([other], case)


@pytest.mark.parametrize(("case", "one", "other"), UNLIKE)
def test_another_defect_has_another_name(case: str, one: str, other: str) -> None:
    """Another operation, another status, another observation."""
    assert set(finding_names([one], case)).isdisjoint(finding_names([other], case))


def test_a_name_can_be_read() -> None:
    """It says what was observed."""
    told = "PUT /v1/orders/7 -> 200, and then a read shows name 'a' instead of 'b'"
    assert finding_names([told], "PUT") == (
        "-> success, and then a read shows name … instead of …",
    )
    assert finding_names([told], "a_put_is_stored") == (
        "PUT /v1/orders/{} -> success, and then a read shows name … instead of …",
    )


def test_a_name_is_short() -> None:
    """It is cut between two words."""
    (name,) = finding_names(["word " * 100], "list")
    assert name == ("word " * 100)[:LONGEST].rstrip()


def test_several_requests_are_several_findings() -> None:
    """One more that fails beside those that are known is seen."""
    told = "one tail: PUT /orders/2 -> 405; DELETE /orders/2 -> 405; PUT /orders/3 -> 405"
    assert finding_names([told], "every_declared_operation_is_routed") == (
        "DELETE /orders/{} -> 405",
        "PUT /orders/{} -> 405",
    )


def test_several_texts_are_several_findings() -> None:
    """A test may tell each defect apart."""
    told = ["no column orders.note", "no table stock", "no column orders.note"]
    assert finding_names(told, "the_models_find_their_tables") == tuple(sorted({*told}))


@pytest.mark.parametrize(
    ("rule", "case", "place"),
    [
        ("API-03", "create-valid", "create"),
        ("API-03", "others-boundary", "others"),
        ("SES-01", "create-invalid", "create-invalid"),
        ("ERR-01", "create-write", "create-write"),
        ("CRU-61", "during SES-01 create", "during another test"),
        ("CRU-01", "a_created_row_is_readable", "a_created_row_is_readable"),
    ],
)
def test_a_place_is_the_same_whatever_the_seed(rule: str, case: str, place: str) -> None:
    """In which phase a generated request shows a defect is not known beforehand."""
    assert place == finding_place(rule, case)
