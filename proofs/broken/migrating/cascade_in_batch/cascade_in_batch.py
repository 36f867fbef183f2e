"""Make the table of posts anew, with foreign keys in force."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    op.execute(sa.text("PRAGMA foreign_keys = on"))
    with op.batch_alter_table("posts") as batch:
        batch.alter_column("title", existing_type=sa.String(120), nullable=False)


def downgrade() -> None:
    op.drop_column("tags", "note")
