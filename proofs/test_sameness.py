"""Values are the same when they say the same, and differ when a reader would be misled."""

from __future__ import annotations

import pytest

from contract_tests.service.equality import contradictions, differences, is_left, same

ALIKE = [
    ("blue", "blue"),
    (" blue ", "blue"),
    (1, 1.0),
    ("1.50", "1.5"),
    (2.5, "2.50"),
    (0.1, 0.10000000149),
    ("2024-05-01T10:00:00+05:30", "2024-05-01T04:30:00Z"),
    ("2024-05-01T10:00:00.25", "2024-05-01T10:00:00"),
    ("10:00:00", "10:00:00Z"),
    ("Ann@Example.org", "ann@example.org"),
    ("https://example.org", "https://example.org/"),
    ("PT90S", "PT1M30S"),
    ("P1W", "P7D"),
    ("-PT0.5S", "-PT0.50S"),
    ("-_-_", "+/+/"),
    ("YQ==", "YQ"),
    ("00000000-0000-4000-8000-00000000000A", "0000000000004000800000000000000a"),
    ({"a": 1}, {"a": 1, "made": True}),
    (["a", "b"], ["b", "a"]),
    (None, None),
]

UNLIKE = [
    ("blue", "Blue"),
    ("blue", None),
    (None, ""),
    ("007", "7"),
    ("PT1M", "PT1S"),
    ("PT1S", "-PT1S"),
    ("a-b c", "a+b c"),
    (1, 2),
    (1, "one"),
    ("2024-05-01", "2024-05-02"),
    ("10:00:00", "11:00:00"),
    ("00000002", "00000003"),
    ({"a": 1}, {"a": 2}),
    (["a"], ["a", "a"]),
    (["a"], "a"),
]


@pytest.mark.parametrize(("sent", "shown"), ALIKE)
def test_other_spellings_are_the_same(sent: object, shown: object) -> None:
    """Numbers, instants, addresses and trimmed texts keep what they say."""
    assert same(sent, shown)


@pytest.mark.parametrize(("sent", "shown"), UNLIKE)
def test_other_values_are_not_the_same(sent: object, shown: object) -> None:
    """A value that says something else is told apart."""
    assert not same(sent, shown)


def test_differences_name_the_field_and_both_values() -> None:
    """Fields of one side only are no difference; the rest is told in a phrase."""
    told = differences({"name": "blue", "sent": 1}, {"name": "red", "made": 2})

    assert told == ("name 'red' instead of 'blue'",)


@pytest.mark.parametrize(
    "listed",
    [
        {"text": "a long..."},
        {"text": "a long text"},
        {"author": 7},
        {"tags": []},
        {"author": {"id": 7}},
        {"unheard": 1},
    ],
    ids=str,
)
def test_a_summary_does_not_contradict(listed: dict[str, object]) -> None:
    """The beginning of a text, a key in place of an object, a part of one will do."""
    whole = {"text": "a long text", "author": {"id": 7, "name": "Ann"}, "tags": ["new"]}
    assert contradictions(whole, listed) == ()


@pytest.mark.parametrize(
    "listed", [{"text": None}, {"text": "another"}, {"text": ""}, {"tags": ["old"]}], ids=str
)
def test_another_value_contradicts(listed: dict[str, object]) -> None:
    """Null for a text, another text, another item: one of the two is wrong."""
    whole = {"text": "a long text", "tags": ["new"]}
    assert len(contradictions(whole, listed)) == 1


def test_an_emptied_object_is_not_the_old_one() -> None:
    """An object may show more than was sent, but one that shows nothing has been emptied."""
    assert is_left({"a": 1}, {"a": 1, "made": True})
    assert not is_left({"a": 1}, {})
    assert is_left("old", "old")
