"""A checkout that stores an order before it tells the customer so."""

from http import HTTPStatus

from sqlalchemy.ext.asyncio import AsyncSession

from .shop import Answer, Purchase, Shop


async def place(session: AsyncSession, order: Purchase, answer: Answer) -> None:
    """Store an order, and tell the customer its number."""
    async with session.begin():
        session.add(order)
    await answer(HTTPStatus.CREATED, order.shown())


app = Shop(place)
