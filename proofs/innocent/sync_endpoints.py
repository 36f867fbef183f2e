"""Tasks on blocking SQLAlchemy: plain functions that the framework runs in threads."""

import os
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, create_engine, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
}


class Base(DeclarativeBase):
    pass


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    is_done: Mapped[bool] = mapped_column(default=False)
    due: Mapped[date | None]


class TaskIn(BaseModel):
    title: SafeText = Field(min_length=1, max_length=100)
    is_done: bool = False
    due: date | None = None


class TaskChange(BaseModel):
    title: SafeText = Field(default_factory=str, min_length=1, max_length=100)
    is_done: bool = False
    due: date | None = None


class TaskOut(TaskIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


def get_db(request: Request) -> Iterator[Session]:
    with request.app.state.sessions() as session:
        yield session


Db = Annotated[Session, Depends(get_db)]
TaskId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/api/tasks")


def task_or_404(db: Session, task_id: int) -> Task:
    task = db.get(Task, task_id, with_for_update=True)
    if task is None:
        raise HTTPException(404, "Task not found")
    return task


@router.get("", response_model=list[TaskOut])
def list_tasks(
    db: Db,
    skip: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Any:
    return db.scalars(select(Task).order_by(Task.id).offset(skip).limit(limit)).all()


@router.post("", response_model=TaskOut, status_code=201)
def create_task(task: TaskIn, db: Db) -> Any:
    time.sleep(0.001)  # a queue takes its time: it is a thread that waits
    row = Task(**task.model_dump())
    db.add(row)
    db.commit()
    db.refresh(row)
    return row


@router.get("/{task_id}", response_model=TaskOut)
def read_task(task_id: TaskId, db: Db) -> Any:
    return task_or_404(db, task_id)


@router.patch("/{task_id}", response_model=TaskOut)
def change_task(task_id: TaskId, change: TaskChange, db: Db) -> Any:
    row = task_or_404(db, task_id)
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    db.commit()
    db.refresh(row)
    return row


@router.delete("/{task_id}", status_code=204)
def delete_task(task_id: TaskId, db: Db) -> None:
    db.delete(task_or_404(db, task_id))
    db.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> Any:
    url = make_url(os.environ["DATABASE_URL"])
    engine = create_engine(url.set(drivername=DRIVERS[url.get_backend_name()]))
    with engine.begin() as connection:
        make_tables(connection, Base.metadata)
    app.state.sessions = sessionmaker(engine)
    yield
    engine.dispose()


@innocent(
    looks="Several threads touch one session and one connection, though never at the same time.",
    arguments=("--contract-env", "DATABASE_URL={url_sync}"),
    near=("SES-13",),
)
def app() -> FastAPI:
    """Blocking SQLAlchemy under `def` endpoints, the oldest style of all."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
