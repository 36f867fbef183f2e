"""Let a tag have any weight."""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    with op.batch_alter_table("tags") as batch:
        batch.add_column(sa.Column("note", sa.String(80), nullable=True))
        batch.drop_constraint("ck_tags_weight", type_="check")


def downgrade() -> None:
    with op.batch_alter_table("tags") as batch:
        batch.drop_column("note")
        batch.create_check_constraint("ck_tags_weight", "weight >= 0")
