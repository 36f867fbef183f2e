"""What travels: every bound of the columns is told to the client, and kept at the door."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from .models import MAX_DESCRIPTION, MAX_NAME

# PostgreSQL cannot store the NUL character; refusing it everywhere keeps databases alike.
NO_NUL = r"^[^\x00]*$"

Name = Annotated[
    str, Field(min_length=1, max_length=MAX_NAME, pattern=NO_NUL, examples=["Blue kettle"])
]
Description = Annotated[
    str, Field(max_length=MAX_DESCRIPTION, pattern=NO_NUL, examples=["Whistles at 96 degrees"])
]


class ExampleItemCreate(BaseModel):
    """A whole item: what POST stores and what PUT replaces the old one with."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Description | None = None


class ExampleItemUpdate(BaseModel):
    """Some fields of an item: PATCH stores those that were sent and leaves the others."""

    model_config = ConfigDict(extra="forbid")

    # A factory makes the field optional without promising clients a default or a null.
    name: Name = Field(default_factory=str)
    description: Description | None = None


class ExampleItemOut(BaseModel):
    """An item as it is stored. It has no bounds, so an old row can always be read."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[1])
    name: str = Field(examples=["Blue kettle"])
    description: str | None = Field(examples=["Whistles at 96 degrees"])


class ErrorOut(BaseModel):
    """Why a request was refused, in words that give nothing away."""

    detail: str
