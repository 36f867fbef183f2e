"""Cards whose deletion answers with the card that was deleted."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Card(Base):
    __tablename__ = "cards"
    id: Mapped[int] = mapped_column(primary_key=True)
    front_side: Mapped[str] = mapped_column(String(200))
    back_side: Mapped[str] = mapped_column(String(200))


class Spelled(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        from_attributes=True,
    )


class CardIn(Spelled):
    front_side: SafeText = Field(min_length=1, max_length=200)
    back_side: SafeText = Field(min_length=1, max_length=200)


class CardChange(Spelled):
    front_side: SafeText = Field(default_factory=str, min_length=1, max_length=200)
    back_side: SafeText = Field(default_factory=str, min_length=1, max_length=200)


class CardOut(Spelled):
    id: int
    front_side: str
    back_side: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
CardId = Annotated[int, Path(alias="cardId", ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/cards")


async def card_or_404(session: AsyncSession, card_id: int) -> Card:
    card = await session.get(Card, card_id, with_for_update=True)
    if card is None:
        raise HTTPException(404, "card not found")
    return card


@router.get("", response_model=list[CardOut])
async def list_cards(session: Session) -> Any:
    return (await session.scalars(select(Card).order_by(Card.id).limit(500))).all()


@router.post("", response_model=CardOut, status_code=201)
async def create_card(card: CardIn, session: Session) -> Any:
    row = Card(**card.model_dump())
    session.add(row)
    await session.commit()
    return row


@router.get("/{cardId}", response_model=CardOut)  # noqa: FAST003 - by its alias
async def read_card(card_id: CardId, session: Session) -> Any:
    return await card_or_404(session, card_id)


@router.patch("/{cardId}", response_model=CardOut)  # noqa: FAST003 - by its alias
async def change_card(card_id: CardId, card: CardChange, session: Session) -> Any:
    row = await card_or_404(session, card_id)
    for name, value in card.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    await session.commit()
    return row


@router.delete("/{cardId}", response_model=CardOut)  # noqa: FAST003 - by its alias
async def delete_card(card_id: CardId, session: Session) -> Any:
    row = await card_or_404(session, card_id)
    await session.delete(row)
    await session.commit()
    return row


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="A deleted row is shown once more; the fields of the API are not the columns'.")
def app() -> FastAPI:
    """DELETE answers 200 with the row; names are in camel case outside; no paging."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
