"""Make the table of tags anew, with a note."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b1"
down_revision = "a1"
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    kind = sa.String(5).with_variant(
        postgresql.ENUM(name="tag_kind", create_type=False), "postgresql"
    )
    op.drop_table("tags")
    op.create_table(
        "tags",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("post_id", BIG, sa.ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("kind", kind, nullable=False),
        sa.Column("weight", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.String(80)),
        sa.CheckConstraint("weight >= 0", name="ck_tags_weight"),
    )
    op.create_index("ix_tags_post_id", "tags", ["post_id"])


def downgrade() -> None:
    op.drop_column("tags", "note")
