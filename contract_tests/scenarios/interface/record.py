"""The interface of a service as one record: whatever clients and operators rely on, by sections.

A section is a table of `contract.toml`, and its docstring the comment above that. A key that is
None is not known, or not pinned. Nothing in it depends on a database, a seed, or a moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

Names = tuple[str, ...] | None
Texts = Mapping[str, str] | None
Lists = Mapping[str, tuple[str, ...]] | None
LABEL, FORM = "label", "form"


def _text(label: str) -> Any:
    return _key(label, str)


def _number(label: str) -> Any:
    return _key(label, int)


def _names(label: str) -> Any:
    return _key(label, tuple)


def _key(label: str, form: object) -> Any:
    """Declare a key: the words that a difference begins with, and the form of its value."""
    return field(default=None, metadata={LABEL: label, FORM: form})


@dataclass(frozen=True)
class Operations:
    """PIN-01. Where the collection is, and every operation on it: one more is a difference too."""

    collection: str | None = _text("the collection is at")
    offered: Names = _names("the service offers")


@dataclass(frozen=True)
class RowFields:
    """PIN-02. What a read shows of a row, in any order. One field more is a difference too."""

    fields: Names = _names("a row shows")
    types: Texts = _key("{name} is", {str: str})


@dataclass(frozen=True)
class Statuses:
    """PIN-03. The status of each success, and of each refusal that a client can bring about."""

    list: int | None = _number("{list} answered")
    create: int | None = _number("{create} answered")
    create_invalid: int | None = _number("{create} of a body that is none answered")
    create_broken_json: int | None = _number("{create} of broken JSON answered")
    read: int | None = _number("{read} answered")
    read_missing: int | None = _number("{read} of a row that is not there answered")
    read_malformed_id: int | None = _number("{read} of an id that is none answered")
    replace: int | None = _number("{replace} answered")
    replace_invalid: int | None = _number("{replace} of a body that is none answered")
    replace_missing: int | None = _number("{replace} of a row that is not there answered")
    replace_malformed_id: int | None = _number("{replace} of an id that is none answered")
    update: int | None = _number("{update} answered")
    update_invalid: int | None = _number("{update} of a body that is none answered")
    update_missing: int | None = _number("{update} of a row that is not there answered")
    update_malformed_id: int | None = _number("{update} of an id that is none answered")
    delete: int | None = _number("{delete} answered")
    delete_missing: int | None = _number("{delete} of a row that is not there answered")
    delete_malformed_id: int | None = _number("{delete} of an id that is none answered")
    wrong_method: int | None = _number("a method that the collection does not have was answered")
    wrong_method_on_row: int | None = _number("a method that a row does not have was answered")


@dataclass(frozen=True)
class Bodies:
    """PIN-04. The fields that bodies take by the document, with their types and limits."""

    create: Names = _names("a create takes")
    required: Names = _names("a create requires")
    replace: Names = _names("a replace takes")
    update: Names = _names("an update takes")
    types: Texts = _key("{name} of a create is", {str: str})


@dataclass(frozen=True)
class Envelope:
    """PIN-05. Where the rows of a list are, and the row of a single answer."""

    list: str | None = _text("the rows of a list are")
    beside: Names = _names("beside its rows, a list shows")
    row: str | None = _text("the row of a single answer is")


@dataclass(frozen=True)
class Ids:
    """PIN-06. The field that holds the id, its type, and what becomes of an id in a create."""

    field: str | None = _text("the id is called")
    type: str | None = _text("an id is")
    chosen: str | None = _text("an id that the client of a create chooses is")


@dataclass(frozen=True)
class ListPaging:
    """PIN-07. The parameters of a list, their bounds, and what becomes of a size beyond them."""

    size: str | None = _text("the size of a page is asked for by")
    next: str | None = _text("a later page is asked for by")
    default: int | None = _number("rows of a page of which nobody gives the size:")
    largest: int | None = _number("rows of the largest page:")
    zero: str | None = _text("a page of 0 rows is")
    negative: str | None = _text("a page of -1 rows is")
    huge: str | None = _text("a page of a million rows is")


@dataclass(frozen=True)
class ListOrder:
    """PIN-08. The order of the list, seen in rows that were created in another order."""

    by: str | None = _text("the list is ordered by")


@dataclass(frozen=True)
class ErrorForms:
    """PIN-09. The form of refusals; a form names keys and types, and no words."""

    type: str | None = _text("the content type of a refusal is")
    missing: str | None = _text("the answer that there is no row is")
    invalid: str | None = _text("the answer that a body is none is")
    wrong_method: str | None = _text("the answer to a method that is not there is")


@dataclass(frozen=True)
class SpecialValues:
    """PIN-10. What becomes of special texts, in the first text that a create needs."""

    empty: str | None = _text("an empty text is")
    blank: str | None = _text("a text of blanks is")
    spaces: str | None = _text("a text with blanks around it is")
    capitals: str | None = _text("a text with capitals is")
    decomposed: str | None = _text("a text with a decomposed accent is")
    oversized: str | None = _text("a text one character too long is")
    null: str | None = _text("null in place of the text is")
    unknown_field: str | None = _text("a field that nobody knows is")


@dataclass(frozen=True)
class EngineSettings:
    """PIN-11. What the engines are made with. A pool that has no size leaves out what is of it."""

    pool_size: int | None = _number("the size of the pool is")
    max_overflow: int | None = _number("the overflow of the pool is")
    pool_timeout: float | None = _key("the seconds that a request waits for the pool are", float)
    pool_recycle: int | None = _number("the seconds after which a connection is made anew are")
    echo: bool | None = _key("the log of statements is", bool)


@dataclass(frozen=True)
class StartupLines:
    """PIN-12. Lines that a start logs, at level INFO or above. Others may come and go."""

    log: Names = _names("the start-up logs")


@dataclass(frozen=True)
class Tables:
    """PIN-13. The tables and their columns. Types are left out: each database has its own."""

    names: Names = _names("the database has")
    columns: Lists = _key("{name} has", {str: tuple})


@dataclass(frozen=True)
class Interface:
    """An interface, observed or pinned. `edition` is that of one which is published."""

    edition: str = ""
    operations: Operations = Operations()
    rows: RowFields = RowFields()
    statuses: Statuses = Statuses()
    bodies: Bodies = Bodies()
    envelope: Envelope = Envelope()
    ids: Ids = Ids()
    paging: ListPaging = ListPaging()
    order: ListOrder = ListOrder()
    errors: ErrorForms = ErrorForms()
    values: SpecialValues = SpecialValues()
    settings: EngineSettings = EngineSettings()
    startup: StartupLines = StartupLines()
    tables: Tables = Tables()


SECTIONS: Mapping[str, type] = {
    each.name: type(each.default) for each in fields(Interface) if each.name != "edition"
}
"""The sections by their names, in the order of their rules."""


def keys_of(section: str) -> tuple[Field[Any], ...]:
    """Return the declarations of a section's keys."""
    return fields(SECTIONS[section])


def known(part: object) -> Iterator[tuple[Field[Any], Any]]:
    """Give the keys of a section whose values are known, with these."""
    for key in fields(part):  # type: ignore[arg-type]  # a section, of which there is no base
        value = getattr(part, key.name)
        if value is not None:
            yield key, value
