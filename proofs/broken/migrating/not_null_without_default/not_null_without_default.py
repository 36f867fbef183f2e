"""Give each post a teaser, and take it back."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    with op.batch_alter_table("posts") as batch:
        batch.add_column(sa.Column("teaser", sa.String(80), nullable=False))
        batch.alter_column("title", existing_type=sa.String(120), nullable=False)
    op.drop_column("posts", "teaser")


def downgrade() -> None:
    op.drop_column("tags", "note")
