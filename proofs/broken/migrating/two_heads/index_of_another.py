"""Change nothing."""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade() -> None:
    op.execute(sa.text("SELECT 1"))


def downgrade() -> None:
    op.execute(sa.text("SELECT 1"))
