"""Call the summary of an item its description.

Autogenerate would drop one column and add the other: only a rename keeps what is stored. Alembic's
`alter_column` copies the whole table on SQLite, but every database here knows this statement.
"""

from alembic import op

revision = "v2"
down_revision = "v1"


def upgrade() -> None:
    """Rename the column."""
    op.execute("ALTER TABLE example_items RENAME COLUMN summary TO description")


def downgrade() -> None:
    """Give the column its former name."""
    op.execute("ALTER TABLE example_items RENAME COLUMN description TO summary")
