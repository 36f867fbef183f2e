"""Put a first post there, whatever comes after it."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            sa.text(
                "INSERT INTO posts (title, text, created_at, updated_at) "
                "VALUES ('Welcome', '', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z')"
            )
        )
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM posts WHERE title = 'Welcome'"))
    op.drop_column("tags", "note")
