"""Give each tag a note: its name."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    for row in op.get_bind().execute(sa.text("SELECT id, name FROM tags")).all():
        change = sa.text("UPDATE tags SET note = :name WHERE id = :id AND note IS NULL")
        op.execute(change.bindparams(**row._mapping))


def downgrade() -> None:
    op.drop_column("tags", "note")
