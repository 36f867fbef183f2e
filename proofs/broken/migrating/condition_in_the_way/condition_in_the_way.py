"""Add a condition on notes, and look at every row for it."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    op.create_check_constraint("ck_tags_note", "tags", "note <> ''")


def downgrade() -> None:
    op.drop_constraint("ck_tags_note", "tags")
    op.drop_column("tags", "note")
