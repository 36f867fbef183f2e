"""Apps that mind the number of their connections in a wrong way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken import breaks
from reference_app import create_app
from reference_app.database import (
    DatabaseFailure,
    get_async_session,
    get_async_sessionmaker,
)
from reference_app.errors import answer_database_failure, refusal

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]
