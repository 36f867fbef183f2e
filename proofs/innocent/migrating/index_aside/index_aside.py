"""Make an index anew while others write: alone in its revision, since it is no transaction."""

from alembic import op

revision = "c1"
down_revision = "b1"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_tags_post_id", "tags", postgresql_concurrently=True)
        op.create_index("ix_tags_post_id", "tags", ["post_id"], postgresql_concurrently=True)


def downgrade() -> None:
    """Leave the index, which is what it was."""
