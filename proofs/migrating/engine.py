"""An engine that is made once in a process, as many apps have one in a module."""

from __future__ import annotations

import os

from sqlalchemy.ext.asyncio import create_async_engine

ENGINE = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
