"""A cancelled UPDATE keeps the write lock of a SQLite file until its cursor is garbage collected.

Needs SQLAlchemy and aiosqlite alone: `python aiosqlite_lock.py`.
"""

import asyncio
import gc
import sqlite3
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import aiosqlite
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


async def change(engine: AsyncEngine) -> None:
    """A unit of work that closes everything it opens."""
    async with engine.begin() as connection:
        await connection.execute(text("update thing set n = n + 1 returning n"))


class CancelledAt:
    """Cancels the running task at the `k`-th suspension of what is awaited."""

    def __init__(self, k: int) -> None:
        self.left = k

    def drive(self, strand: Any) -> Generator[Any, Any, Any]:
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                future = strand.throw(error) if error else strand.send(value)
            except StopIteration as end:
                return end.value
            self.left -= 1
            task = asyncio.current_task()
            if not self.left and task:
                task.cancel()
            value = error = None
            try:
                value = yield future
            except BaseException as thrown:
                error = thrown


class Driven:
    def __init__(self, strand: Any, plan: CancelledAt) -> None:
        self.strand, self.plan = strand, plan

    def __await__(self) -> Generator[Any, Any, Any]:
        return self.plan.drive(self.strand)


async def cancelled(strand: Any, plan: CancelledAt) -> None:
    await Driven(strand, plan)


def lock(path: Path) -> str:
    """Whether another process could write now."""
    door = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        door.execute("begin immediate")
        door.execute("rollback")
    except sqlite3.OperationalError as error:
        return str(error)
    finally:
        door.close()
    return "free"


async def main(path: Path) -> None:
    gc.disable()  # so that the moment of the collection is ours
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    async with engine.begin() as connection:
        await connection.execute(text("create table thing (n integer)"))
        await connection.execute(text("insert into thing values (1)"))
    for k in range(1, 30):
        plan = CancelledAt(k)
        task = asyncio.create_task(cancelled(change(engine), plan))
        await asyncio.wait({task})
        for _ in range(50):
            await asyncio.sleep(0.002)  # whatever closes connections in the background may do so
        done = not task.cancelled()
        del task
        held = lock(path)
        gc.collect()
        print(f"cancelled at suspension {k:2}: {held:20} after a collection: {lock(path)}")
        if done or plan.left > 0:
            break
    await engine.dispose()


if __name__ == "__main__":
    print(f"SQLAlchemy {sqlalchemy.__version__}, aiosqlite {aiosqlite.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(Path(folder) / "thing.db"))
