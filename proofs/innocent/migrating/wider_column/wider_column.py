"""Add a note to tags, of any length."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.Text, nullable=True))


def downgrade() -> None:
    op.drop_column("tags", "note")
