from __future__ import annotations

from shop import Order


def test_nothing_of_a_database():
    assert Order(item="tea").item == "tea"
