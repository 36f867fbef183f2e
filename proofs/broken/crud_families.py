"""Apps whose lists show a row once for each of its children."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from proofs.innocent import parent_children, purses
from proofs.innocent.parent_children import Line, Order, OrderOut
from proofs.innocent.purses import Limit, Offset, Purse, PurseOut


@breaks("CRU-23", says="never: ", databases=("sqlite", "postgresql"))
def lines_counted_as_orders() -> FastAPI:
    """The list joins the lines, and its limit counts them instead of the orders."""

    async def listed(
        session: parent_children.Session, limit: Limit = 100, offset: Offset = 0
    ) -> Any:
        joined = select(Order).outerjoin(Order.lines).options(contains_eager(Order.lines))
        page = joined.order_by(Order.id, Line.id).limit(limit).offset(offset)
        return (await session.scalars(page)).unique().all()

    made = parent_children.app()
    return with_route("list_orders", listed, made, response_model=list[OrderOut])


@breaks("CRU-23", says="shown twice: ")
def purse_for_each_deposit() -> FastAPI:
    """The list joins the deposits to look at them, and shows a purse once for each."""

    async def listed(session: purses.Session, limit: Limit = 50, offset: Offset = 0) -> Any:
        joined = select(Purse).outerjoin(Purse.deposits).order_by(Purse.id)
        return (await session.scalars(joined.limit(limit).offset(offset))).all()

    return with_route("list_purses", listed, purses.app(), response_model=list[PurseOut])
