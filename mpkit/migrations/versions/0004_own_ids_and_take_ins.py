"""Who is meant by each id of the merchant's own, and what was taken into the list, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "own_ids",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("object", sa.Text(), primary_key=True),
        sa.Column("branch", sa.Text(), primary_key=True),
        sa.Column("own", sa.Text(), primary_key=True),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "take_ins",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("undone", sa.BigInteger()),
    )
