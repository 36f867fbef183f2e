"""Products in an envelope: a list is an object with the rows and their number."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import JSON, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    product_id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(64))
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)


class ProductIn(BaseModel):
    label: SafeText = Field(min_length=1, max_length=64)
    tags: list[Annotated[SafeText, Field(max_length=20)]] = Field(default=[], max_length=10)


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    product_id: int
    label: str
    tags: list[str]


class ProductPage(BaseModel):
    items: list[ProductOut]
    total: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
ProductId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/api/v2/products")
GONE: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such product"}}


async def product_or_404(session: AsyncSession, product_id: int) -> Product:
    product = await session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise HTTPException(404, "There is no such product")
    return product


@router.get("")
async def list_products(
    session: Session,
    limit: Annotated[int, Query(ge=0, le=100)] = 25,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> ProductPage:
    page = select(Product).order_by(Product.product_id.desc()).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(Product))
    items = [ProductOut.model_validate(product) for product in await session.scalars(page)]
    return ProductPage(items=items, total=total or 0)


@router.post("", status_code=201)
async def create_product(product: ProductIn, session: Session) -> ProductOut:
    row = Product(**product.model_dump())
    session.add(row)
    await session.commit()
    return ProductOut.model_validate(row)


@router.get("/{product_id}", responses=GONE)
async def read_product(product_id: ProductId, session: Session) -> ProductOut:
    return ProductOut.model_validate(await product_or_404(session, product_id))


@router.put("/{product_id}", responses=GONE)
async def replace_product(
    product_id: ProductId, product: ProductIn, session: Session
) -> ProductOut:
    row = await product_or_404(session, product_id)
    row.label, row.tags = product.label, product.tags
    await session.commit()
    return ProductOut.model_validate(row)


@router.delete("/{product_id}", responses=GONE, status_code=204)
async def delete_product(product_id: ProductId, session: Session) -> None:
    await session.delete(await product_or_404(session, product_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="A list is no array, its newest row is the first, and the id is not called id.")
def app() -> FastAPI:
    """An envelope of items and total, ids named after the resource, a JSON column."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
