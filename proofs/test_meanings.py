"""What a parameter of a list means is told by its name and schema, or not at all."""

from __future__ import annotations

from typing import Any, cast

import pytest

from contract_tests.scenarios.crud.cursors import cursor_of
from contract_tests.scenarios.crud.filters import (
    Filter,
    Order,
    comparable,
    declared_orders,
    filters,
    is_sorted,
)
from contract_tests.scenarios.crud.mass_assignment import (
    MOMENT,
    NUMBER,
    WORD,
    folded,
    other_than,
    value_for,
)
from contract_tests.scenarios.crud.values import is_choice, is_exactly, is_reordered, is_whole_map
from contract_tests.service.resource import Operation, Parameter, Resource
from contract_tests.service.service import Service

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
FIELDS = {"name": TEXT, "done": {"type": "boolean"}, "size": WHOLE}


class Declared:
    """As much of a service as a document tells."""

    def __init__(self, **query: Any) -> None:
        parameters = tuple(Parameter(name, schema) for name, schema in query.items())
        listed = Operation("list", "GET", "/things", query=parameters)
        create = Operation("create", "POST", "/things", body={"properties": FIELDS})
        self.resource = Resource("/things", {"list": listed, "create": create})

    def operation(self, role: Any) -> Operation:
        return self.resource.operations[role]


def declaring(**query: Any) -> Service:
    return cast("Service", Declared(**query))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTEGER", NUMBER),
        ("bigint", NUMBER),
        ("int(10) unsigned", NUMBER),
        ("UNSIGNED BIG INT", NUMBER),
        ("int8", NUMBER),
        ("numeric(10, 2)", NUMBER),
        ("boolean", True),
        ("timestamp with time zone", MOMENT),
        ("varchar(20)", WORD),
        ("interval", None),
        ("INTERVAL DAY TO SECOND", None),
        ("point", None),
        ("multipoint", None),
        ("int4range", None),
    ],
)
def test_a_column_is_sent_a_value_of_its_type(name: str, value: object) -> None:
    """A name that only has that of a number in it is another type."""
    assert value_for(name) == value


@pytest.mark.parametrize("name", ["name", "name__eq", "filter[name]", "name[eq]", "name__iexact"])
def test_a_parameter_named_after_a_field_filters_by_it(name: str) -> None:
    """By the name alone, or with a word that says equality."""
    assert filters(declaring(**{name: TEXT})) == (Filter(name, "name", None),)


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("q", TEXT),
        ("name__gt", TEXT),
        ("name", {"type": "boolean"}),
        ("size", WHOLE),
        ("name_contains", TEXT),
    ],
)
def test_what_is_not_known_to_be_equality_is_no_filter(name: str, schema: Any) -> None:
    """A search, a comparison, another kind; a number may be the least or the most."""
    assert filters(declaring(**{name: schema})) == ()


def test_a_number_filters_where_it_says_so_and_a_list_by_its_items() -> None:
    """`size__eq` is equality; a parameter that may be repeated takes one value, too."""
    several = {"type": "array", "items": TEXT}
    found = filters(declaring(size__eq=WHOLE, name=several, done={"type": "boolean"}))
    assert [one.field for one in found] == ["size", "name", "done"]


@pytest.mark.parametrize(
    ("value", "descending"),
    [
        ("name", None),
        ("-name", True),
        ("+name", False),
        ("name:desc", True),
        ("name_asc", False),
        ("name desc", True),
    ],
)
def test_a_declared_value_of_sort_tells_field_and_direction(
    value: str, *, descending: bool | None
) -> None:
    """Signs and words are read; without either, both directions will do."""
    found = list(declared_orders(declaring(sort={"enum": [value, "newest"]})))
    assert found == [Order({"sort": value}, "name", descending)]


def test_a_direction_may_be_a_parameter_of_its_own() -> None:
    """Each value is then asked for in each direction."""
    declared = declaring(order_by={"pattern": "^(name|size)$"}, order={"enum": ["asc", "desc"]})
    assert [(o.query["order"], o.field, o.descending) for o in declared_orders(declared)] == [
        ("asc", "name", False),
        ("desc", "name", True),
        ("asc", "size", False),
        ("desc", "size", True),
    ]


def test_an_order_that_names_no_field_is_not_known() -> None:
    """Free text, and words of the service's own, are left alone."""
    assert list(declared_orders(declaring(sort=TEXT))) == []
    assert list(declared_orders(declaring(sort={"enum": ["newest"]}))) == []


def test_values_are_in_order_or_not() -> None:
    """Rising, falling, or either."""
    assert is_sorted([1, 2], descending=False)
    assert not is_sorted([1, 2], descending=True)
    assert is_sorted([2, 1], descending=None)
    assert not is_sorted([2, 3, 1], descending=None)


def test_only_what_everybody_orders_alike_is_compared() -> None:
    """Numbers and the kit's own words, but no names, dates or booleans."""
    assert comparable([2, 1.5]) == [2, 1.5]
    assert comparable(["mulberry", "foxhound"]) == ["mulberry", "foxhound"]
    assert comparable(["low", "high"]) == []
    assert comparable([True, False]) == []


def test_a_cursor_is_known_by_its_name() -> None:
    """A token of the answer, or the last id."""
    assert cursor_of(declaring(cursor=TEXT)) == "cursor"
    assert cursor_of(declaring(after_id=WHOLE)) == "after_id"
    assert cursor_of(declaring(offset=WHOLE)) is None


def test_another_value_is_of_the_kind_that_is_shown() -> None:
    """So that a service which takes it has no other reason to refuse it."""
    assert other_than("active", False) is True
    assert other_than("version", 1) == NUMBER
    assert other_than("owner", "ann") == WORD
    assert other_than("created_at", "2024-05-01T10:00:00") == MOMENT
    assert other_than("deleted_at", None) == MOMENT
    assert other_than("parent", None) == NUMBER
    assert other_than("key", "00000000-0000-4000-8000-00000000000a").startswith("00000000-0000")


def test_names_are_compared_as_they_are_heard() -> None:
    """A column is offered by the name that its field has outside."""
    assert folded("is_open") == folded("isOpen")


def test_values_come_back_or_not() -> None:
    """Decimals by their digits, choices by their kind, lists by their order, maps by their keys."""
    assert is_exactly("1.10", 1.1)
    assert not is_exactly("0.30", 0.30000000000000004)
    assert not is_exactly("1", "one")
    assert is_choice("new", "NEW")
    assert not is_choice(True, 1)
    assert is_reordered(["a", "b"], ["b", "a"])
    assert not is_reordered(["a", "b"], ["a", "b"])
    assert not is_reordered(["a", "b"], None)
    assert is_whole_map({"Key": "a"}, {"key": "a"})
    assert not is_whole_map({"a": "1", "b": "2"}, {"a": "1"})
    assert not is_whole_map({"a": "1"}, None)
