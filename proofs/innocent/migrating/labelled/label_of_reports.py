"""Begin a branch of its own, for reports."""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = None
branch_labels = ("reports",)


def upgrade() -> None:
    op.execute(sa.text("SELECT 1"))


def downgrade() -> None:
    op.execute(sa.text("SELECT 1"))
