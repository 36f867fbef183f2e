"""Apps that write what nobody may, or stumble over a body that comes again or with more in it."""

# Annotations are evaluated here: the models are made inside functions.

from functools import cache
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Boolean, Integer, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from proofs.broken import breaks
from proofs.broken.payloads_columns import with_items
from proofs.broken.replacing import remove, with_route, with_service
from reference_app.database import get_async_session, transaction
from reference_app.errors import answer_invalid_request
from reference_app.models import MAX_ID, Base, ExampleItem
from reference_app.routes import ItemId, Service, found
from reference_app.schemas import NO_NUL, Description, ExampleItemCreate, ExampleItemOut, Name
from reference_app.service import ExampleItemService

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


@breaks("CRU-45", says="with count 0, and a read shows 10", also=("PAY-25",))
def zero_is_nothing() -> FastAPI:
    """The create takes a count of zero for one that was not sent."""

    class Counted(BaseModel):
        count: int = Field(default=10, ge=0, le=2**31 - 1)

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Put the default in place of what is false."""
            return {"count": self.count or 10}

    return with_items(counted(), Counted)


@cache
def counted() -> type[Base]:
    """The model of a thing with a count."""

    class CountedFromZero(Base):
        __tablename__ = "counted_from_zero"
        id: Mapped[int] = mapped_column(primary_key=True)
        count: Mapped[int] = mapped_column(Integer)

    return CountedFromZero


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


@breaks("CRU-49", says="-> 500", also=("API-03",))
def uncaught_duplicate() -> FastAPI:
    """The create refuses a name that is there by an error that nobody answers."""

    class Unique(ExampleItemService):
        async def create(self, values: Any) -> ExampleItem:
            same_name = select(ExampleItem.id).where(ExampleItem.name == values["name"])
            async with transaction(self._session):
                taken = await self._session.scalar(same_name)
            if taken is not None:
                raise ValueError("this name is taken")
            return await super().create(values)

    return with_service(Unique)


@breaks("CRU-50", says="no other row")
def ignored_key() -> FastAPI:
    """The create declares an Idempotency-Key and never looks at it."""

    async def create(
        payload: ExampleItemCreate,
        service: Service,
        idempotency_key: Annotated[str | None, Header(max_length=100)] = None,
    ) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create)


@breaks("CRU-51", says="and corrected")
def reserved_by_a_refusal() -> FastAPI:
    """A name is reserved before its body is looked at, and stays so when that is refused."""
    reserved: set[str] = set()

    async def create(payload: ExampleItemCreate, service: Service) -> ExampleItemOut:
        if payload.name in reserved:
            raise HTTPException(409, "The name is taken")
        return found(await service.create(payload.model_dump()))

    async def answer(request: Request, error: RequestValidationError) -> Response:
        if isinstance(error.body, dict) and isinstance(error.body.get("name"), str):
            reserved.add(error.body["name"])
        return await answer_invalid_request(request, error)

    app = with_route("create_item", create)
    app.add_exception_handler(RequestValidationError, answer)  # type: ignore[arg-type]
    return app
