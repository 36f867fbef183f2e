"""A cancelled request never runs the clean-up of a `def` dependency.

Needs FastAPI and SQLAlchemy alone: `python def_dependency.py`.
"""

import asyncio
import gc
from collections.abc import Iterator
from typing import Annotated, Any

import fastapi
import sqlalchemy
from aiosqlite_lock import CancelledAt, cancelled
from fastapi import Depends, FastAPI
from sqlalchemy import QueuePool, create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("sqlite://", poolclass=QueuePool, connect_args={"check_same_thread": False})
app = FastAPI()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@app.get("/")
def read(session: Annotated[Session, Depends(get_session)]) -> int:
    return session.execute(text("select 1")).scalar_one()


async def request() -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        pass

    await app(scope, receive, send)


def out() -> str:
    return f"{engine.pool.checkedout()} out"  # type: ignore[attr-defined]


async def main() -> None:
    gc.disable()  # so that the moment of the collection is ours
    await request()
    for k in range(1, 30):
        plan = CancelledAt(k)
        task = asyncio.create_task(cancelled(request(), plan))
        await asyncio.wait({task})
        done = not task.cancelled()
        del task
        held = out()
        gc.collect()
        print(f"cancelled at suspension {k:2}: {held}    after a collection: {out()}")
        if done or plan.left > 0:
            break


if __name__ == "__main__":
    print(f"FastAPI {fastapi.__version__}, SQLAlchemy {sqlalchemy.__version__}")
    asyncio.run(main())
