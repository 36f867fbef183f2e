"""What is stored."""

from sqlalchemy import Identity, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

MAX_ID = 2**31 - 1  # the largest value every database stores in an INTEGER column
MAX_NAME = 255
MAX_DESCRIPTION = 2000


class Base(DeclarativeBase):
    """The tables of this app."""


class ExampleItem(Base):
    """A named thing with an optional description."""

    __tablename__ = "example_items"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    description: Mapped[str | None] = mapped_column(String(MAX_DESCRIPTION))
