"""What travels between a service of specimens and its clients: nearly every type there is."""

from base64 import b64encode
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal, get_type_hints
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyAddress,
    PlainSerializer,
    create_model,
)

from reference_app.models import MAX_ID
from reference_app.schemas import NO_NUL


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC; ValueError for one that is outside of the calendar there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside of the calendar in UTC") from None


Word = Annotated[str, Field(min_length=1, max_length=20, pattern=NO_NUL)]
Whole = Annotated[int, Field(ge=-MAX_ID, le=MAX_ID)]
Price = Annotated[Decimal, Field(max_digits=20, decimal_places=4, allow_inf_nan=False)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Encoded = Annotated[bytes, PlainSerializer(lambda raw: b64encode(raw).decode(), return_type=str)]
Strict = ConfigDict(extra="forbid")


class Colour(StrEnum):
    """Names and values differ, so that one cannot be taken for the other."""

    DARK_RED = "red"
    DARK_BLUE = "blue"


class Address(BaseModel):
    model_config = Strict

    town: Word
    zip: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None


class Maker(BaseModel):
    model_config = Strict

    name: Word
    founded: Annotated[int, Field(ge=1000, le=2100)] | None = None
    address: Address | None = None


class Card(BaseModel):
    model_config = Strict

    kind: Literal["card"]
    digits: Annotated[str, Field(pattern=r"^\d{16}$")]


class Transfer(BaseModel):
    model_config = Strict

    kind: Literal["transfer"]
    account: Annotated[str, Field(min_length=5, max_length=34, pattern=NO_NUL)]


class Tree(BaseModel):
    model_config = Strict

    name: Word
    children: list["Tree"] = []


class Specimen(BaseModel):
    """Everything a client sends. What has a default may be left out; what may be null says so."""

    model_config = Strict

    key: UUID
    title: Annotated[str, Field(min_length=1, max_length=255, pattern=NO_NUL)]
    note: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] | None = None
    mail: Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9.]+@[a-z0-9]+\.[a-z]{2,9}$")]
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{4}$")]
    count: Whole
    big: Annotated[int, Field(ge=-(2**53), le=2**53)]
    ratio: Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
    price: Price
    discount: Price | None = None
    active: bool
    checked: bool | None = None
    colour: Colour
    size: Literal["S", "M", "L"]
    recorded: Moment
    seen: Moment | None = None
    day: date
    due: date | None = None
    at: time
    lasting: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=10_000))]
    raw: Base64Bytes
    host: IPv4Address
    address: IPvAnyAddress | None = None
    tags: Annotated[list[Word], Field(max_length=5)] = Field(default_factory=list)
    labels: set[Whole]
    counts: dict[Word, Whole]
    pair: tuple[Whole, Word]
    maker: Maker
    owner: Maker | None = None
    payment: Annotated[Card | Transfer, Field(discriminator="kind")]
    tree: Tree


# A factory makes a field optional without promising clients a default or a null.
_OPTIONAL: dict[str, Any] = {
    name: (kind, Field(default_factory=lambda: None))
    for name, kind in get_type_hints(Specimen, include_extras=True).items()
    if name in Specimen.model_fields
}
SpecimenUpdate: type[BaseModel] = create_model("SpecimenUpdate", __config__=Strict, **_OPTIONAL)


class SpecimenOut(BaseModel):
    """A specimen as it is stored, without the bounds of what may be sent."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    key: UUID
    title: str
    note: str | None
    mail: str
    code: str
    count: int
    big: int
    ratio: float
    price: Decimal
    discount: Decimal | None
    active: bool
    checked: bool | None
    colour: Colour
    size: str
    recorded: datetime
    seen: datetime | None
    day: date
    due: date | None
    at: time
    lasting: timedelta
    raw: Encoded
    host: IPv4Address
    address: IPvAnyAddress | None
    tags: list[str]
    labels: list[int]
    counts: dict[str, int]
    pair: tuple[int, str]
    maker: Maker
    owner: Maker | None
    payment: Card | Transfer
    tree: Tree
