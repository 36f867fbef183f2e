"""Services of specimens that lose what is not plain: branches, depth, zones, the last item."""

# Annotations are evaluated here: the schemas are made inside functions.

from datetime import UTC, timedelta
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from proofs.broken import breaks
from proofs.innocent.rich_schemas import Card, Colour, Specimen
from proofs.innocent.rich_types import Specimens, rich_app


def changing(name: str, spoil: Any, *, on: str = "create") -> FastAPI:
    """Specimens of which one value is spoilt on its way to the database, by creates or changes."""

    class Spoiling(Specimens):
        def stored(self, sent: BaseModel) -> dict[str, Any]:
            values = super().stored(sent)
            return values | ({name: spoil(values[name])} if name in values else {})

    class Partly(Specimens):
        async def create(self, sent: BaseModel) -> Any:
            return await Spoiling(self.session).create(sent)

    class Afterwards(Specimens):
        async def change(self, item_id: int, sent: BaseModel) -> Any:
            return await Spoiling(self.session).change(item_id, sent)

    return rich_app(Partly if on == "create" else Afterwards)


@breaks("PAY-25", says="payment: as little as may be", databases=("sqlite", "postgresql"))
def every_payment_is_a_card() -> FastAPI:
    """A transfer is stored as the card that the account number makes."""

    def as_card(payment: dict[str, str]) -> dict[str, str]:
        digits = payment.get("digits") or payment["account"].encode().hex()
        number = "".join(letter for letter in digits if letter.isdigit())
        return Card(kind="card", digits=number.rjust(16, "0")[:16]).model_dump()

    return changing("payment", as_card)


def cut(tree: dict[str, Any], levels: int) -> dict[str, Any]:
    """The tree without what is below so many levels."""
    children = [cut(child, levels - 1) for child in tree["children"]] if levels else []
    return {"name": tree["name"], "children": children}


@breaks("PAY-25", says="tree: children 5 deep", databases=("sqlite", "postgresql"))
def two_levels_of_a_tree() -> FastAPI:
    """A tree is stored down to the second level of children."""
    return changing("tree", lambda tree: cut(tree, 2))


@breaks("PAY-26", says="tree: children 5 deep", databases=("sqlite", "postgresql"))
def two_levels_of_a_changed_tree() -> FastAPI:
    """A change stores a tree down to the second level of children."""
    return changing("tree", lambda tree: cut(tree, 2), on="change")


@breaks("PAY-25", says="labels: several", databases=("sqlite", "postgresql"))
def a_label_for_odd_and_even() -> FastAPI:
    """The set of labels is made by a key of theirs that others have, too."""
    return changing("labels", lambda labels: [*{label % 2: label for label in labels}.values()])


@breaks("PAY-25", says="tags: longest", databases=("sqlite", "postgresql"))
def four_of_five_tags() -> FastAPI:
    """The fifth tag is left out."""
    return changing("tags", lambda tags: tags[:4])


@breaks("PAY-25", says="lasting: every unit", databases=("sqlite", "postgresql"))
def a_span_without_its_days() -> FastAPI:
    """Of a span only `.seconds` are stored, which is what remains beside the days."""
    return changing("lasting", lambda span: timedelta(seconds=span.seconds))


@breaks("PAY-25", says="raw: signs", databases=("sqlite", "postgresql"))
def bytes_as_text() -> FastAPI:
    """Bytes are stored as if they were text."""
    return changing("raw", lambda raw: raw.decode("utf-8", "replace").encode())


@breaks("PAY-01", says="(255 characters)", databases=("sqlite", "postgresql"))
def one_letter_less() -> FastAPI:
    """A title is cut to 254 letters, one fewer than the document allows."""
    return changing("title", lambda title: title[:254])


@breaks("PAY-26", says="maker.founded: null", databases=("sqlite", "postgresql"))
def null_means_unchanged() -> FastAPI:
    """A change of a nested object keeps the old part where the new one says null."""

    class Merging(Specimens):
        async def change(self, item_id: int, sent: BaseModel) -> Any:
            row = await self.get(item_id)
            maker = getattr(sent, "maker", None)
            if row is not None and maker is not None:
                known = row.maker | maker.model_dump(exclude_none=True)
                sent = sent.model_copy(update={"maker": type(maker)(**known)})
            return await super().change(item_id, sent)

    return rich_app(Merging)


@breaks("PAY-16", says="07:08:09")
def wall_clock() -> FastAPI:
    """The zone of a moment is dropped where it is stored, not converted."""

    class Zoned(Specimen):
        recorded: AwareDatetime

    return rich_app(create=Zoned)


@breaks("PAY-27", says="9999-12-31T23:59:59-12:00", databases=("sqlite", "postgresql"))
def beyond_the_calendar() -> FastAPI:
    """A moment is converted to UTC without a thought of the last year."""
    moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]

    class Converted(Specimen):
        recorded: moment

    return rich_app(create=Converted)


@breaks("PAY-24", says="ratio Infinity", databases=("sqlite", "postgresql"))
def any_float() -> FastAPI:
    """A ratio may be infinite."""

    class Infinite(Specimen):
        ratio: float

    return rich_app(create=Infinite)


@breaks("PAY-28", says="after other rows were given values", databases=("sqlite", "postgresql"))
def one_list_for_all() -> FastAPI:
    """A specimen without tags gets the list to which everybody's tags are added."""
    everybody: list[str] = []

    class Shared(Specimen):
        tags: Annotated[list[str], Field(max_length=5)] = Field(default_factory=list)

    class Sharing(Specimens):
        def stored(self, sent: BaseModel) -> dict[str, Any]:
            values = super().stored(sent)
            if "tags" in sent.model_fields_set:
                everybody[:] = values["tags"]
            return values | ({} if "tags" in sent.model_fields_set else {"tags": [*everybody]})

    return rich_app(Sharing, create=Shared)


@breaks("CRU-03", says="colour '", databases=("sqlite", "postgresql"))
def by_the_order_of_names() -> FastAPI:
    """A colour is stored as the place of its name, and read as the place of its value."""
    values, names = [*Colour], sorted(Colour, key=lambda colour: colour.name)
    return changing("colour", lambda colour: values[names.index(colour)])
