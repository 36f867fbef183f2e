"""Make the tables."""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.String(5000), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "tags",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("post_id", BIG, sa.ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("kind", sa.Enum("plain", "loud", name="tag_kind"), nullable=False),
        sa.Column("weight", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("weight >= 0", name="ck_tags_weight"),
    )
    op.create_index("ix_tags_post_id", "tags", ["post_id"])


def downgrade() -> None:
    op.drop_table("tags")
    op.drop_table("posts")
    sa.Enum(name="tag_kind").drop(op.get_bind(), checkfirst=True)
