"""The models of posts and their tags: every kind of thing that a migration may forget."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from proofs.innocent.timestamps import BIG, Base


class Tag(Base):
    """A tag of a post."""

    __tablename__ = "tags"
    __table_args__ = (
        CheckConstraint("weight >= 0", name="ck_tags_weight"),
        Index("ix_tags_post_id", "post_id"),
    )
    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    post_id: Mapped[int] = mapped_column(BIG, ForeignKey("posts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(Enum("plain", "loud", name="tag_kind"))
    weight: Mapped[int] = mapped_column(server_default=text("0"))
    note: Mapped[str | None] = mapped_column(String(80))


METADATA = Base.metadata
