"""Give each tag a note, and make an index of tags anew."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    op.drop_index("ix_tags_post_id", "tags")
    op.create_index("ix_tags_post_id", "tags", ["post_id"])


def downgrade() -> None:
    op.drop_column("tags", "note")
