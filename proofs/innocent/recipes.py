"""Recipes in a service that offers much: tags, keys, filters, orders, summaries, maps, money."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import JSON, Numeric, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.textrules import SafeText, storable

FIRST = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(141)"}
EXCERPT = 6


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def trimmed(labels: dict[str, str]) -> dict[str, str]:
    return {storable(key).strip().lower(): storable(text).strip() for key, text in labels.items()}


class Base(DeclarativeBase):
    pass


class Recipe(Base):
    __tablename__ = "recipes"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    course: Mapped[str] = mapped_column(String(20))
    vegan: Mapped[bool]
    servings: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    steps: Mapped[list[str]] = mapped_column(JSON)
    allergens: Mapped[list[str]] = mapped_column(JSON)
    labels: Mapped[dict[str, str]] = mapped_column(JSON)
    request_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[str] = mapped_column(String(40), default=now, onupdate=now)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy declares it


Course = Literal["starter", "main", "dessert"]
Text = Annotated[SafeText, Field(min_length=1, max_length=80)]
Labels = Annotated[dict[str, str], AfterValidator(trimmed), Field(max_length=20)]
Allergens = Annotated[set[Text], Field(max_length=10)]


class RecipeIn(BaseModel):
    title: Text
    course: Course = "main"
    vegan: bool = False
    servings: int = Field(default=4, ge=0, le=1000)
    price: Decimal = Field(default=Decimal(0), ge=0, max_digits=10, decimal_places=2)
    steps: list[Text] = Field(default_factory=list, max_length=20)
    allergens: Allergens = Field(default_factory=set)
    labels: Labels = Field(default_factory=dict)


class Summary(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    course: str
    vegan: bool


class RecipeOut(Summary):
    servings: int
    price: Decimal
    steps: list[str]
    allergens: list[str]
    labels: dict[str, str]
    version: int
    updated_at: datetime


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
RecipeId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Tag = Annotated[str | None, Header(max_length=100)]
router = APIRouter(prefix="/recipes")
ORDERS = {"title": Recipe.title, "-title": Recipe.title.desc(), "newest": Recipe.id.desc()}


def tag_of(recipe: Recipe) -> str:
    return f'"v{recipe.version}"'


def columns_of(recipe: RecipeIn) -> dict[str, Any]:
    return recipe.model_dump() | {"allergens": sorted(recipe.allergens)}


async def recipe_or_404(session: AsyncSession, recipe_id: int) -> Recipe:
    recipe = await session.get(Recipe, recipe_id, with_for_update=True)
    if recipe is None:
        raise HTTPException(404, "Recipe not found")
    return recipe


class Sought(BaseModel):
    title: Annotated[SafeText, Field(max_length=80)] | None = None
    course: Course | None = None
    vegan: bool | None = None
    servings: int = Field(default=0, ge=0, le=1000, description="At least so many")
    sort: Literal["title", "-title", "newest"] = "newest"
    limit: int = Field(default=50, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=2**31 - 1)


@router.get("")
async def list_recipes(session: Session, sought: Annotated[Sought, Query()]) -> list[Summary]:
    found = select(Recipe).where(Recipe.servings >= sought.servings)
    if sought.title:
        found = found.where(Recipe.title.icontains(sought.title, autoescape=True))
    if sought.course:
        found = found.where(Recipe.course == sought.course)
    if sought.vegan is not None:
        found = found.where(Recipe.vegan.is_(sought.vegan))
    ordered = found.order_by(ORDERS[sought.sort], Recipe.id)
    page = ordered.limit(sought.limit).offset(sought.offset)
    return [summary_of(recipe) for recipe in await session.scalars(page)]


def summary_of(recipe: Recipe) -> Summary:
    """The recipe with the beginning of its title, if that is long."""
    shown = Summary.model_validate(recipe)
    cut = len(shown.title) > EXCERPT
    return shown.model_copy(update={"title": f"{shown.title[:EXCERPT]}…"} if cut else {})


@router.post("", status_code=201, response_model=RecipeOut)
async def create_recipe(
    recipe: RecipeIn, session: Session, response: Response, idempotency_key: Tag = None
) -> Any:
    by_key = select(Recipe).where(Recipe.request_key == idempotency_key)
    known = (await session.scalars(by_key)).one_or_none() if idempotency_key else None
    row = known or Recipe(**columns_of(recipe), request_key=idempotency_key)
    session.add(row)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "This key is in use") from None
    response.headers["ETag"] = tag_of(row)
    return row


@router.head("/{recipe_id}", response_model=RecipeOut)
@router.get("/{recipe_id}", response_model=RecipeOut)
async def read_recipe(
    recipe_id: RecipeId, session: Session, response: Response, if_none_match: Tag = None
) -> Any:
    recipe = await recipe_or_404(session, recipe_id)
    tag = tag_of(recipe)
    if if_none_match and if_none_match.removeprefix("W/") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return recipe


@router.put("/{recipe_id}", response_model=RecipeOut)
async def replace_recipe(
    recipe_id: RecipeId,
    recipe: RecipeIn,
    session: Session,
    response: Response,
    if_match: Tag = None,
) -> Any:
    row = await recipe_or_404(session, recipe_id)
    if if_match not in {None, "*", tag_of(row)}:
        raise HTTPException(412, "The recipe has changed")
    for name, value in columns_of(recipe).items():
        setattr(row, name, value)
    await session.commit()
    response.headers["ETag"] = tag_of(row)
    return row


@router.delete("/{recipe_id}", status_code=204)
async def delete_recipe(recipe_id: RecipeId, session: Session) -> None:
    await session.delete(await recipe_or_404(session, recipe_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.exec_driver_sql(FIRST[engine.dialect.name])
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="Lists show excerpts, filters take parts and bounds, maps and sets come respelled.",
    databases=NOT_MARIADB,
    near=("CRU-59",),
)
def app() -> FastAPI:
    """Entity tags, If-Match, Idempotency-Key, filters, orders, money, lists, sets and maps."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
