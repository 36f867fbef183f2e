"""Members of a club: no field of theirs is shown as it was sent, each for a good reason."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(30))
    card: Mapped[str] = mapped_column(String(20))
    token: Mapped[str] = mapped_column(String(64))
    nickname: Mapped[str | None] = mapped_column(String(40))


class MemberIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=60)
    phone: str = Field(pattern=r"^\+[0-9]{2} [0-9]{3} [0-9]{4,9}$", max_length=30)
    card: str = Field(pattern=r"^[0-9]{12,19}$")
    token: SafeText = Field(min_length=8, max_length=60)
    nickname: SafeText | None = Field(None, max_length=40)

    def columns(self) -> dict[str, Any]:
        """What is stored: a bare phone number, a hidden card, a digest, no blank nickname."""
        return {
            "name": self.name,
            "phone": self.phone.replace(" ", ""),
            "card": "*" * 8 + self.card[-4:],
            "token": hashlib.sha256(self.token.encode()).hexdigest(),
            "nickname": (self.nickname or "").strip() or None,
        }


class MemberOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    phone: str
    card: str
    token: str
    nickname: str | None


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
MemberId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/members")


async def member_or_404(session: AsyncSession, member_id: int) -> Member:
    member = await session.get(Member, member_id, with_for_update=True)
    if member is None:
        raise HTTPException(404, "No such member")
    return member


@router.get("", response_model=list[MemberOut])
async def list_members(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Member).order_by(Member.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", response_model=MemberOut, status_code=201)
async def create_member(member: MemberIn, session: Session) -> Any:
    row = Member(**member.columns())
    session.add(row)
    await session.commit()
    return row


@router.get("/{member_id}", response_model=MemberOut)
async def read_member(member_id: MemberId, session: Session) -> Any:
    return await member_or_404(session, member_id)


@router.put("/{member_id}", response_model=MemberOut)
async def replace_member(member_id: MemberId, member: MemberIn, session: Session) -> Any:
    row = await member_or_404(session, member_id)
    for name, value in member.columns().items():
        setattr(row, name, value)
    await session.commit()
    return row


@router.delete("/{member_id}", status_code=204)
async def delete_member(member_id: MemberId, session: Session) -> None:
    await session.delete(await member_or_404(session, member_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A phone, a card, a token and a blank nickname come back as something else.",
    databases=NOT_MARIADB,
    near=("CRU-03",),
)
def app() -> FastAPI:
    """Fields in a normal form, behind a mask, and as a digest."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
