"""Apps at whose side the payload and openapi rules stand by: their defect is another rule's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Numeric, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from proofs.broken.payloads_columns import ROUTES
from proofs.broken.replacing import remove, with_service
from reference_app import create_app
from reference_app.database import get_async_session, transaction
from reference_app.errors import answer_wrong_method, documented
from reference_app.models import Base, ExampleItem
from reference_app.routes import Limit, Offset
from reference_app.schemas import Name
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]
CODE = "^[A-Za-z0-9-]+$"
Session = Annotated[AsyncSession, Depends(get_async_session)]
Code = Annotated[str, Path(pattern=CODE, max_length=24)]


def without_changes() -> FastAPI:
    """Every change fails, whatever it says."""

    class Fixed(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            raise RuntimeError("nothing changes here")

    return with_service(Fixed)


def without_lists() -> FastAPI:
    """Every list fails, whatever it asks for."""

    class Secret(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            raise RuntimeError("nothing is listed here")

    return with_service(Secret)


def without_nulls() -> FastAPI:
    """A change that takes a description away fails."""

    class Wordy(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            words = {name: value.upper() for name, value in values.items()}  # type: ignore[union-attr]
            return await super().update(item_id, words and values)

    return with_service(Wordy)


class Account(Base):
    """An account under a code that may be changed."""

    __tablename__ = "accounts"
    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    amount: Mapped[Decimal] = mapped_column(Numeric(10, 2))


class AccountIn(BaseModel):
    """What create and change take: the code is a field like the others."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    code: str = Field(pattern=CODE, max_length=24)
    name: Name
    amount: Decimal = Field(ge=0, max_digits=10, decimal_places=2)


router = APIRouter(prefix="/accounts", responses=documented(500, 503))


@router.get("/", response_model=list[AccountIn])
async def list_accounts(
    session: Session, limit: Limit = 100, offset: Offset = 0
) -> Sequence[Account]:
    """Give a page of accounts."""
    async with transaction(session):
        page = select(Account).order_by(Account.code).limit(limit).offset(offset)
        return (await session.scalars(page)).all()


async def kept(session: AsyncSession, account: Account) -> Account:
    """Store the account; a code that is taken is a bad request here."""
    session.add(account)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(400, "This code is taken") from None
    return account


@router.post("/", status_code=201, response_model=AccountIn, responses=documented(400))
async def create_account(sent: AccountIn, session: Session) -> Account:
    """Store a new account."""
    return await kept(session, Account(**sent.model_dump()))


@router.get("/{code}", response_model=AccountIn, responses=documented(404))
async def read_account(code: Code, session: Session) -> Account:
    """Give one account."""
    async with transaction(session):
        account = await session.get(Account, code)
    if account is None:
        raise HTTPException(404, "There is no such account")
    return account


@router.put("/{code}", response_model=AccountIn, responses=documented(400))
async def change_account(code: Code, sent: AccountIn, session: Session) -> Any:
    """Change an account, its code too. Nobody looks whether there is one."""
    async with transaction(session):
        account = await session.get(Account, code)
    for name, value in sent.model_dump().items():
        setattr(account, name, value)
    return await kept(session, account)  # type: ignore[arg-type]


def accounts() -> FastAPI:
    """Accounts whose code a PUT may change, and whose PUT fails where there is no account."""
    app = create_app()
    for name in ROUTES:
        remove(app, name)
    app.include_router(router)
    app.add_exception_handler(405, answer_wrong_method(router.routes))
    return app
