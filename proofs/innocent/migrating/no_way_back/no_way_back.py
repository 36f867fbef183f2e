"""Give each tag a note: its name."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    op.execute(sa.text("UPDATE tags SET note = name WHERE note IS NULL"))


def downgrade() -> None:
    raise NotImplementedError("whoever wants the notes back has a backup")
