"""The columns of a specimen: each type kept exactly, on a database that knows it or not."""

# Annotations are evaluated here: the model is made inside a function.

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Address, ip_address
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Enum,
    Integer,
    LargeBinary,
    String,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from proofs.innocent.rich_schemas import Colour
from reference_app.models import Base

Turn = Callable[[Any], Any]


def kept_as(column: TypeEngine[Any], store: Turn, show: Turn) -> TypeDecorator[Any]:
    """A column that keeps values of a type the database does not have."""

    class Kept(TypeDecorator[Any]):
        impl = column
        cache_ok = True

        def process_bind_param(self, value: Any, dialect: Any) -> Any:
            """Turn what is stored, if there is anything."""
            return None if value is None else store(value)

        def process_result_value(self, value: Any, dialect: Any) -> Any:
            """Turn it back."""
            return None if value is None else show(value)

    return Kept()


EXACT = kept_as(String(30), lambda number: f"{number:f}", Decimal)
INSTANT = kept_as(
    DateTime(timezone=False),
    lambda moment: moment.replace(tzinfo=None),
    lambda moment: moment.replace(tzinfo=UTC),
)
CLOCK = kept_as(String(40), time.isoformat, time.fromisoformat)
SPAN = kept_as(
    BigInteger(),
    lambda span: span // timedelta(microseconds=1),
    lambda count: timedelta(microseconds=count),
)
HOST = kept_as(String(45), str, ip_address)
NAMED = Enum(Colour, values_callable=lambda colours: [colour.value for colour in colours])
LOOSE = JSON(none_as_null=True)


# A table is defined once, however many apps are made; the reference app alone does not have it.
@cache
def specimens() -> type[Base]:
    """The model of a specimen."""

    class SpecimenRow(Base):
        __tablename__ = "specimens"
        id: Mapped[int] = mapped_column(primary_key=True)
        key: Mapped[UUID] = mapped_column(Uuid)
        title: Mapped[str] = mapped_column(String(255))
        note: Mapped[str | None] = mapped_column(String(2000))
        mail: Mapped[str] = mapped_column(String(100))
        code: Mapped[str] = mapped_column(String(7))
        count: Mapped[int] = mapped_column(Integer)
        big: Mapped[int] = mapped_column(BigInteger)
        ratio: Mapped[float] = mapped_column(Double)
        price: Mapped[Decimal] = mapped_column(EXACT)
        discount: Mapped[Decimal | None] = mapped_column(EXACT)
        active: Mapped[bool] = mapped_column(Boolean)
        checked: Mapped[bool | None] = mapped_column(Boolean)
        colour: Mapped[Colour] = mapped_column(NAMED)
        size: Mapped[str] = mapped_column(String(1))
        recorded: Mapped[datetime] = mapped_column(INSTANT)
        seen: Mapped[datetime | None] = mapped_column(INSTANT)
        day: Mapped[date] = mapped_column(Date)
        due: Mapped[date | None] = mapped_column(Date)
        at: Mapped[time] = mapped_column(CLOCK)
        lasting: Mapped[timedelta] = mapped_column(SPAN)
        raw: Mapped[bytes] = mapped_column(LargeBinary)
        host: Mapped[IPv4Address] = mapped_column(HOST)
        address: Mapped[Any] = mapped_column(HOST, nullable=True)
        tags: Mapped[list[str]] = mapped_column(LOOSE)
        labels: Mapped[list[int]] = mapped_column(LOOSE)
        counts: Mapped[dict[str, int]] = mapped_column(LOOSE)
        pair: Mapped[list[Any]] = mapped_column(LOOSE)
        maker: Mapped[dict[str, Any]] = mapped_column(LOOSE)
        owner: Mapped[dict[str, Any] | None] = mapped_column(LOOSE)
        payment: Mapped[dict[str, Any]] = mapped_column(LOOSE)
        tree: Mapped[dict[str, Any]] = mapped_column(LOOSE)

    return SpecimenRow
