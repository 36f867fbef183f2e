"""Give each tag a note with a condition, and look at the rows while others write."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    op.create_check_constraint("ck_tags_note", "tags", "note <> ''", postgresql_not_valid=True)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE tags VALIDATE CONSTRAINT ck_tags_note")


def downgrade() -> None:
    op.drop_constraint("ck_tags_note", "tags")
    op.drop_column("tags", "note")
