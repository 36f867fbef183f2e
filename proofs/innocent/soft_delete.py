"""Customers that are only marked as deleted: the row stays in its table."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(90))
    email: Mapped[str] = mapped_column(String(254))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CustomerIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=90)
    email: Annotated[SafeText, AfterValidator(str.lower)] = Field(max_length=60)


class CustomerOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    email: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
CustomerId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/customers")
ALIVE = Customer.deleted_at.is_(None)


async def customer_or_404(session: AsyncSession, customer_id: int) -> Customer:
    living = select(Customer).where(Customer.id == customer_id, ALIVE).with_for_update()
    customer = await session.scalar(living)
    if customer is None:
        raise HTTPException(404, "Customer not found")
    return customer


@router.get("/", response_model=list[CustomerOut])
async def list_customers(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Customer).where(ALIVE).order_by(Customer.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("/", response_model=CustomerOut, status_code=201)
async def create_customer(customer: CustomerIn, session: Session) -> Any:
    row = Customer(**customer.model_dump())
    session.add(row)
    await session.commit()
    return row


@router.get("/{customer_id}", response_model=CustomerOut)
async def read_customer(customer_id: CustomerId, session: Session) -> Any:
    return await customer_or_404(session, customer_id)


@router.put("/{customer_id}", response_model=CustomerOut)
async def replace_customer(customer_id: CustomerId, customer: CustomerIn, session: Session) -> Any:
    row = await customer_or_404(session, customer_id)
    row.name, row.email = customer.name, customer.email
    await session.commit()
    return row


@router.delete("/{customer_id}", status_code=204)
async def delete_customer(customer_id: CustomerId, session: Session) -> None:
    row = await customer_or_404(session, customer_id)
    row.deleted_at = datetime.now(UTC)
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A delete only updates: the row is still in the table afterwards.", near=("CRU-14",)
)
def app() -> FastAPI:
    """Soft delete: what is deleted is hidden, not removed; addresses are kept in small letters."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
