"""The columns by which the statements of a list choose and order their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...generation import samples
from ...instruments.exchange import Exchange
from ...service.service import Service
from .filters import declared_orders, filters, paged, query_value

COLUMN = r"""["`]?(\w+)["`]?\.["`]?(\w+)["`]?"""
COMPARED = re.compile(rf"{COLUMN}\s*=\s*(?:\?|%|\$|:)")
"""A column and a value that is sent beside the statement; another column is none."""

SORTED = re.compile(rf"\bORDER BY\s+{COLUMN}", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnSearch:
    """The columns of one table that a statement compares, or else the first it sorts by."""

    table: str
    columns: frozenset[str]
    exchange: Exchange

    def __str__(self) -> str:
        """The columns as they are written in SQL."""
        return f"{self.table}.{' and '.join(sorted(self.columns))}"


def searches(service: Service) -> tuple[ColumnSearch, ...]:
    """Send a list, also with each filter and order it declares, and give what it searches by."""
    return tuple(search for exchange in _lists(service) for search in found_in(exchange))


def _lists(service: Service) -> Iterator[Exchange]:
    row = service.row()
    yield service.list()
    document = dict(service.resource.document)
    for each in filters(service):
        schema = samples.settle(service.resource.fields("create")[each.field], document)
        if "enum" not in schema and each.field in row.sent:
            value = query_value(row.sent[each.field])
            yield service.list(**paged(service, {each.parameter: value}))
    for order in declared_orders(service):
        yield service.list(**paged(service, order.query))


def found_in(exchange: Exchange) -> Iterator[ColumnSearch]:
    """Give what the statements of a list search by."""
    for event in exchange.of("sql"):
        compared: dict[str, set[str]] = {}
        for table, column in COMPARED.findall(event.text):
            compared.setdefault(table, set()).add(column)
        for table, columns in compared.items():
            yield ColumnSearch(table, frozenset(columns), exchange)
        # One comparison that finds few rows leaves few to sort.
        for table, column in SORTED.findall(event.text):
            if table not in compared:
                yield ColumnSearch(table, frozenset({column}), exchange)
