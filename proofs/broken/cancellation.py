"""Apps that clean up after errors, but not after a request that was cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken import breaks
from reference_app import create_app
from reference_app.database import get_async_session, get_async_sessionmaker

Sessions = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


@breaks("CAN-01", says="NEVER RETURNED")
def closed_after_exceptions_only() -> FastAPI:
    """The session is closed after success and after any `Exception`: a cancellation is none."""

    async def session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
        made = sessions()
        await made.connection()
        try:
            await asyncio.sleep(0)  # asks another service who this is
            yield made
        except Exception:
            await made.close()
            raise
        await made.close()

    app = create_app()
    app.dependency_overrides[get_async_session] = session
    return app
