"""Apps whose statements grow with what they are sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import insert, select

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from proofs.innocent.purses import Import, Purse, Session, Stored, app


@breaks("PAY-46", says="items: POST /purses/import -> 500", databases=("postgresql",))
def one_insert_for_all() -> FastAPI:
    """An import is one INSERT, with a parameter for each value of each row."""

    async def imported(sent: Import, session: Session) -> Stored:
        rows = [{"owner": owner, "coins": 0} for owner in sent.owners]
        if rows:
            await session.execute(insert(Purse).values(rows))
            await session.commit()
        return Stored(stored=len(rows))

    return with_route("import_purses", imported, app())


@breaks("PAY-46", says="items: POST /purses/import -> 500", databases=("postgresql",))
def looked_up_at_once() -> FastAPI:
    """An import asks by one `IN` which of the owners are there already."""

    async def imported(sent: Import, session: Session) -> Stored:
        asked = select(Purse.owner).where(Purse.owner.in_(sent.owners))
        known: set[Any] = set(await session.scalars(asked))
        rows = [{"owner": owner, "coins": 0} for owner in sent.owners if owner not in known]
        if rows:
            await session.execute(insert(Purse), rows)
            await session.commit()
        return Stored(stored=len(rows))

    return with_route("import_purses", imported, app())
