"""The bodies of requests and answers."""

from pydantic import BaseModel, ConfigDict


class ExampleItemCreate(BaseModel):
    """A new item."""

    name: str
    description: str | None = None


class ExampleItemRead(BaseModel):
    """An item as it is stored."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    description: str | None
