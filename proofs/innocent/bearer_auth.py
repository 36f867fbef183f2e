"""Invoices behind a bearer token: nobody gets past the door without it."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Numeric, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

TOKEN = "letmein"


class Base(DeclarativeBase):
    pass


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(100))
    amount: Mapped[Decimal] = mapped_column(Numeric(10, 2))


class InvoiceIn(BaseModel):
    customer: SafeText = Field(min_length=1, max_length=100)
    amount: Decimal = Field(ge=0, max_digits=10, decimal_places=2)


class InvoiceOut(InvoiceIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


def allowed(shown: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]) -> None:
    if not secrets.compare_digest(shown.encode(), TOKEN.encode()):
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"})


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session, session.begin():
        yield session


# The scope ends with the function, so the commit comes before the answer.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
InvoiceId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/v1/invoices", dependencies=[Depends(allowed)])


async def invoice_or_404(session: AsyncSession, invoice_id: int) -> Invoice:
    invoice = await session.get(Invoice, invoice_id, with_for_update=True)
    if invoice is None:
        raise HTTPException(404, "Invoice not found")
    return invoice


@router.get("")
async def list_invoices(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> list[InvoiceOut]:
    found = await session.scalars(select(Invoice).order_by(Invoice.id).limit(limit))
    return [InvoiceOut.model_validate(invoice) for invoice in found]


@router.post("", status_code=201)
async def create_invoice(invoice: InvoiceIn, session: Session) -> InvoiceOut:
    row = Invoice(**invoice.model_dump())
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return InvoiceOut.model_validate(row)


@router.get("/{invoice_id}")
async def read_invoice(invoice_id: InvoiceId, session: Session) -> InvoiceOut:
    return InvoiceOut.model_validate(await invoice_or_404(session, invoice_id))


@router.put("/{invoice_id}")
async def replace_invoice(
    invoice_id: InvoiceId, invoice: InvoiceIn, session: Session
) -> InvoiceOut:
    row = await invoice_or_404(session, invoice_id)
    row.customer, row.amount = invoice.customer, invoice.amount
    await session.flush()
    await session.refresh(row)
    return InvoiceOut.model_validate(row)


@router.delete("/{invoice_id}", status_code=204)
async def delete_invoice(invoice_id: InvoiceId, session: Session) -> None:
    await session.delete(await invoice_or_404(session, invoice_id))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="All else answers 401; the place of tokens is relative; the database respells money.",
    arguments=("--contract-header", f"Authorization: Bearer {TOKEN}"),
)
def app() -> FastAPI:
    """A bearer token on every route, one transaction per request ended by the dependency."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
