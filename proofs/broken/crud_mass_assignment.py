"""Apps that write what nobody may, or stumble over a body with more in it than they know."""

# Annotations are evaluated here: the models are made inside functions.

from functools import cache
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Boolean, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from proofs.broken import breaks
from proofs.broken.payloads_columns import with_items
from proofs.broken.replacing import remove, with_route
from reference_app.database import get_async_session, transaction
from reference_app.models import MAX_ID, Base, ExampleItem
from reference_app.routes import ItemId, Service, found
from reference_app.schemas import NO_NUL, Description, ExampleItemOut, Name

Session = Annotated[AsyncSession, Depends(get_async_session)]
Short = Annotated[str, Field(min_length=1, max_length=50, pattern=NO_NUL)]


class Named(BaseModel):
    """What a client may write of an account."""

    name: Short


class Account(Named):
    """What it is shown of one."""

    active: bool


# A table is defined once, however many apps are made; the reference app alone has none of them.
@cache
def account() -> type[Base]:
    """The model of an account with a mark that is shown, and one that is not."""

    class StoredAccount(Base):
        __tablename__ = "accounts"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50))
        active: Mapped[bool] = mapped_column(Boolean, default=False)
        is_admin: Mapped[bool] = mapped_column(Boolean, default=False)

    return StoredAccount


def assigning(attribute: str) -> FastAPI:
    """Accounts whose create also sets this attribute, if the body names it."""
    app = with_items(account(), Named, Account)

    async def create(payload: Named, request: Request, session: Session) -> Any:
        sent = await request.json()
        made: Any = account()(name=payload.name, active=False, is_admin=False)
        if isinstance(sent.get(attribute), bool):
            setattr(made, attribute, sent[attribute])
        async with transaction(session):
            session.add(made)
        return Account.model_validate(made, from_attributes=True).model_dump() | {"id": made.id}

    remove(app, "create")
    app.add_api_route("/things/", create, methods=["POST"], status_code=201)
    return app


@breaks("CRU-46", says="naming active True: a read shows True")
def assigned_as_shown() -> FastAPI:
    """The create takes what the answer shows, be it offered or not."""
    return assigning("active")


@breaks("CRU-46", says="accounts.is_admin became", databases=("sqlite", "postgresql"))
def assigned_column() -> FastAPI:
    """The create takes a column that it neither offers nor shows."""
    return assigning("is_admin")


class Changed(BaseModel):
    """A change that ignores what it does not know."""

    name: Name = Field(default_factory=str)
    description: Description | None = None


@breaks("CRU-46", says="became 1999999999")
def assigned_id() -> FastAPI:
    """The PATCH sets whatever column the body names, the id as well."""

    async def change(
        item_id: ItemId, payload: Changed, service: Service, request: Request
    ) -> ExampleItemOut:
        values: dict[str, Any] = payload.model_dump(exclude_unset=True)
        sent = (await request.json()).get("id")
        if type(sent) is int and 0 < sent <= MAX_ID:
            values["id"] = sent
        await service.update(item_id, values)
        return found(await service.get(values.get("id", item_id)))

    return with_route("update_item", change)


class Loose(BaseModel):
    """A create that says nothing on other fields."""

    model_config = ConfigDict(extra="ignore")

    name: Name
    description: Description | None = None


@breaks("CRU-48", says="neverDeclared", also=("PAY-08",))
def unknown_attribute() -> FastAPI:
    """The create hands every field of the body to the model, which knows but its own."""

    async def create(payload: Loose, request: Request, session: Session) -> ExampleItemOut:
        item = ExampleItem(**((await request.json()) | payload.model_dump() | {"id": None}))
        async with transaction(session):
            session.add(item)
        return found(item)

    return with_route("create_item", create)
