"""Give each tag a note, before there are tags."""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("tags", "note")
