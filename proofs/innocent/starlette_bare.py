"""Todos on Starlette alone: no schema library's routes, no OpenAPI document."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

LARGEST = 2**31 - 1


class Base(DeclarativeBase):
    pass


class Todo(Base):
    __tablename__ = "todos"
    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    completed: Mapped[bool] = mapped_column(default=False)


class TodoIn(BaseModel):
    task: SafeText = Field(min_length=1, max_length=100)
    completed: bool = False


class TodoOut(TodoIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


def shown(todo: Todo) -> dict[str, Any]:
    return TodoOut.model_validate(todo).model_dump()


async def sent(request: Request) -> TodoIn:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        return TodoIn.model_validate_json(await request.body())
    except ValidationError as error:
        fields = [".".join(map(str, problem["loc"])) for problem in error.errors()]
        raise HTTPException(400, f"not a todo: {', '.join(fields) or 'body'}") from None


class Todos:
    """The routes of the collection and of its rows."""

    def __init__(self) -> None:
        self.sessions: async_sessionmaker[Any] = async_sessionmaker(expire_on_commit=False)

    async def list(self, _request: Request) -> Response:
        async with self.sessions() as session:
            todos = await session.scalars(select(Todo).order_by(Todo.id).limit(100))
            return JSONResponse([shown(todo) for todo in todos])

    async def create(self, request: Request) -> Response:
        todo = Todo(**(await sent(request)).model_dump())
        async with self.sessions.begin() as session:
            session.add(todo)
        return JSONResponse(shown(todo), 201, {"Location": f"/todos/{todo.id}"})

    async def read(self, request: Request) -> Response:
        async with self.sessions() as session:
            return JSONResponse(shown(await self._found(session, request)))

    async def replace(self, request: Request) -> Response:
        new = await sent(request)
        async with self.sessions.begin() as session:
            todo = await self._found(session, request)
            todo.task, todo.completed = new.task, new.completed
        return JSONResponse(shown(todo))

    async def delete(self, request: Request) -> Response:
        async with self.sessions.begin() as session:
            await session.delete(await self._found(session, request))
        return Response(status_code=204)

    async def _found(self, session: Any, request: Request) -> Todo:
        todo_id = request.path_params["todo_id"]
        is_possible = todo_id <= LARGEST
        found = await session.get(Todo, todo_id, with_for_update=True) if is_possible else None
        if found is None:
            raise HTTPException(404, "no such todo")
        todo: Todo = found
        return todo


async def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def methods_of(by_method: dict[str, Any]) -> Any:
    """One endpoint for several methods, so that a 405 can name them all."""

    async def answer(request: Request) -> Response:
        response: Response = await by_method[request.method.replace("HEAD", "GET")](request)
        return response

    return answer


@innocent(looks="There is no document, only routes, and an invalid body is answered with 400.")
def app() -> Starlette:
    """Starlette routes, bodies checked by hand, errors in a shape of their own."""
    todos = Todos()
    collection = {"GET": todos.list, "POST": todos.create}
    item = {"GET": todos.read, "PUT": todos.replace, "DELETE": todos.delete}

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        engine = create_async_engine(os.environ["DATABASE_URL"])
        async with engine.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        todos.sessions.configure(bind=engine)
        yield
        await engine.dispose()

    return Starlette(
        routes=[
            Route("/todos", methods_of(collection), methods=list(collection)),
            Route("/todos/{todo_id:int}", methods_of(item), methods=list(item)),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: refused},
    )
