"""Give each tag a note, and all of them a name."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"
TAGS = sa.table("tags", sa.column("id", sa.Integer), sa.column("name"), sa.column("note"))


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    named = sa.literal("tag ") + sa.cast(TAGS.c.id, sa.String(9))
    op.execute(sa.update(TAGS).values(note=named).where(TAGS.c.note.is_(None)))
    op.execute(sa.update(TAGS).values(name=named))


def downgrade() -> None:
    op.drop_column("tags", "note")
