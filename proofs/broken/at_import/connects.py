"""The schema is made while the module is imported."""

from __future__ import annotations

import asyncio

from reference_app import create_app
from reference_app.engines import init_database
from reference_app.schema import create_example_schema
from reference_app.settings import load_settings


async def _prepare() -> None:
    engine = init_database(load_settings())
    try:
        await create_example_schema(engine)
    finally:
        await engine.dispose()


asyncio.run(_prepare())

app = create_app()
