"""A branch of its own, for reports."""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = None
branch_labels = ("reports",)


def upgrade() -> None:
    op.create_table("reports", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("reports")
