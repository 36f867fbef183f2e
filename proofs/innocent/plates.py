"""Cars under number plates: a format that no generator knows, and that is read strictly."""

import re
from typing import Annotated

from fastapi import FastAPI
from pydantic import AfterValidator, Field, WithJsonSchema

from proofs.broken.replacing import remove, routes_of
from proofs.innocent import innocent
from reference_app import create_app
from reference_app.routes import ItemId, Service, found
from reference_app.schemas import ExampleItemCreate, ExampleItemOut, ExampleItemUpdate

PLATE = r"[A-Z]{2}-\d{1,9}"


def a_plate(text: str) -> str:
    """The text, if it is a plate."""
    if not re.fullmatch(PLATE, text, re.ASCII):
        raise ValueError("this is no plate")
    return text


Plate = Annotated[
    str, AfterValidator(a_plate), WithJsonSchema({"type": "string", "format": "plate"})
]


class Car(ExampleItemCreate):
    name: Plate


class CarUpdate(ExampleItemUpdate):
    name: Plate = Field(default_factory=str)


async def create_item(payload: Car, service: Service) -> ExampleItemOut:
    return found(await service.create(payload.model_dump()))


async def replace_item(item_id: ItemId, payload: Car, service: Service) -> ExampleItemOut:
    return found(await service.update(item_id, payload.model_dump()))


async def update_item(item_id: ItemId, payload: CarUpdate, service: Service) -> ExampleItemOut:
    return found(await service.update(item_id, payload.model_dump(exclude_unset=True)))


@innocent(
    looks="It refuses every text that only its document would allow.",
    arguments=("--contract-format", f"plate={PLATE}"),
)
def app() -> FastAPI:
    """A text in a format of its own, told with --contract-format."""
    made = create_app()
    for endpoint in (create_item, replace_item, update_item):
        name = endpoint.__name__
        old = next(route for route in routes_of(made) if route.name == name)
        remove(made, name)
        made.add_api_route(
            old.path,
            endpoint,
            methods=sorted(old.methods or ()),
            status_code=old.status_code,
            responses=old.responses,
            name=name,
        )
    return made
