"""Give each tag a note, in tables that another team has made."""

import sqlalchemy as sa
from alembic import op

revision = "c1"
down_revision = None


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("tags", "note")
