"""Contacts as four services in five are written: app and engine are objects of the module."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import INNOCENT, InnocentApp
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///contacts.db"))
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Contact(Base):
    __tablename__ = "contacts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(70))
    phone: Mapped[str] = mapped_column(String(20))


class ContactIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=70)
    phone: str = Field(pattern=r"^\+?[0-9]{5,15}$")


class ContactOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    phone: str


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    yield
    await engine.dispose()


async def get_db() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


app = FastAPI(title="Contacts", lifespan=lifespan)
Db = Annotated[AsyncSession, Depends(get_db)]
ContactId = Annotated[int, Path(ge=1, le=2**31 - 1)]


async def contact_or_404(db: AsyncSession, contact_id: int) -> Contact:
    contact = await db.get(Contact, contact_id, with_for_update=True)
    if contact is None:
        raise HTTPException(status_code=404, detail="Contact not found")
    return contact


@app.get("/contacts/", response_model=list[ContactOut])
async def list_contacts(
    db: Db,
    skip: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Any:
    page = select(Contact).order_by(Contact.name, Contact.id).offset(skip).limit(limit)
    return (await db.scalars(page)).all()


@app.post("/contacts/", response_model=ContactOut)
async def create_contact(contact: ContactIn, db: Db) -> Any:
    row = Contact(**contact.model_dump())
    db.add(row)
    await db.commit()
    return row


@app.get("/contacts/{contact_id}", response_model=ContactOut)
async def read_contact(contact_id: ContactId, db: Db) -> Any:
    return await contact_or_404(db, contact_id)


@app.put("/contacts/{contact_id}", status_code=204)
async def replace_contact(contact_id: ContactId, contact: ContactIn, db: Db) -> Response:
    row = await contact_or_404(db, contact_id)
    row.name, row.phone = contact.name, contact.phone
    await db.commit()
    return Response(status_code=204)


@app.delete("/contacts/{contact_id}", status_code=202)
async def delete_contact(contact_id: ContactId, db: Db) -> None:
    await db.delete(await contact_or_404(db, contact_id))
    await db.commit()


INNOCENT.append(
    InnocentApp(
        locator=f"{__name__}:app",
        looks="Importing the module makes an engine; a replacement answers 204 with no row.",
        style="A module-level app with a global engine, its address read at import.",
    )
)
