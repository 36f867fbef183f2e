"""Apps whose values come back as others: the reference app with richer items."""

# Annotations are evaluated here: the models are made inside functions.

from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import JSON, Boolean, Double, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from proofs.broken import breaks
from proofs.broken.payloads_columns import with_items
from reference_app.models import Base
from reference_app.schemas import NO_NUL

Short = Annotated[str, Field(min_length=1, max_length=50, pattern=NO_NUL)]


# A table is defined once, however many apps are made; the reference app alone has none of them.
@cache
def priced() -> type[Base]:
    """The model of a thing with a price."""

    class PricedThing(Base):
        __tablename__ = "priced_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50))
        price: Mapped[Decimal] = mapped_column(Numeric(14, 2))

    return PricedThing


@cache
def weighed() -> type[Base]:
    """The model of a thing whose weight is kept as a binary fraction."""

    class WeighedThing(Base):
        __tablename__ = "weighed_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50))
        weight: Mapped[float] = mapped_column(Double)

    return WeighedThing


@cache
def marked() -> type[Base]:
    """The model of a thing with a mark."""

    class MarkedThing(Base):
        __tablename__ = "marked_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50))
        done: Mapped[bool] = mapped_column(Boolean)

    return MarkedThing


@cache
def labelled() -> type[Base]:
    """The model of a thing with a list and a map."""

    class LabelledThing(Base):
        __tablename__ = "labelled_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50))
        tags: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
        labels: Mapped[dict[str, str]] = mapped_column(JSON)

    return LabelledThing


class Labelled(BaseModel):
    """A thing with a list and a map."""

    name: Short
    tags: Annotated[list[Short], Field(max_length=10)]
    labels: Annotated[dict[Short, Short], Field(max_length=20)]


class Marked(BaseModel):
    """A thing with a mark."""

    name: Short
    done: bool


@breaks("PAY-40", says="0.299999999999999988")
def through_a_float() -> FastAPI:
    """The price is turned into a binary fraction before it is shown."""

    class Priced(BaseModel):
        name: Short
        price: Decimal = Field(ge=0, max_digits=14, decimal_places=2)

    class Shown(BaseModel):
        name: str
        price: Annotated[Decimal, AfterValidator(lambda price: Decimal(float(price)))]

    return with_items(priced(), Priced, Shown)


@breaks("PAY-40", says="98765432109876.5", databases=("postgresql", "mysql"))
def kept_in_a_float() -> FastAPI:
    """The weight is a decimal to its clients, and its column has room for 15 digits."""

    class Weighed(BaseModel):
        name: Short
        weight: Decimal = Field(ge=0, max_digits=18, decimal_places=4)

    return with_items(weighed(), Weighed)


@breaks("PAY-41", says="0.12345678")
def rounded_by_the_column() -> FastAPI:
    """The price may have any number of places, and its column keeps two."""

    class Priced(BaseModel):
        name: Short
        price: Decimal = Field(ge=0, le=10**9)

    class Shown(BaseModel):
        name: str
        price: Decimal

    return with_items(priced(), Priced, Shown)


@breaks("PAY-42", says="with done True, and a read shows 1")
def number_for_a_boolean() -> FastAPI:
    """The mark is shown as the number that some databases keep for it."""

    class Shown(BaseModel):
        name: str
        done: Annotated[Any, AfterValidator(int)]

    return with_items(marked(), Marked, Shown)


@breaks("PAY-43", says="in the order they were sent")
def sorted_items() -> FastAPI:
    """The tags are stored in the order of the alphabet."""

    class Sorting(Labelled):
        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Sort the tags."""
            return super().model_dump(**options) | {"tags": sorted(self.tags)}

    return with_items(labelled(), Sorting, Labelled)


@breaks("PAY-44", says="gamma_delta")
def keys_as_attributes() -> FastAPI:
    """The names of labels are respelled so that they could be those of attributes."""

    class Respelling(Labelled):
        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Replace what a name must not have."""
            names = {key: key.replace(".", "_").replace(" ", "_") for key in self.labels}
            labels = {names[key]: value for key, value in self.labels.items()}
            return super().model_dump(**options) | {"labels": labels}

    return with_items(labelled(), Respelling, Labelled)


@breaks("PAY-45", says="with tags [], and a read shows None")
def null_for_empty() -> FastAPI:
    """A list without an item is stored as null."""

    class Nulling(Labelled):
        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Put null in place of what is false."""
            return super().model_dump(**options) | {"tags": self.tags or None}

    class Shown(Labelled):
        tags: list[str] | None  # type: ignore[assignment]

    return with_items(labelled(), Nulling, Shown)
