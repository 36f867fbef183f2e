"""Let a tag be without a name."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("tags", sa.Column("note", sa.String(80), nullable=True))
    op.alter_column("tags", "name", existing_type=sa.String(40), nullable=True)


def downgrade() -> None:
    op.alter_column("tags", "name", existing_type=sa.String(40), nullable=False)
    op.drop_column("tags", "note")
