"""Of files being looked at: the review, each change as a step, and the columns chosen for the next file like it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Three new tables."""
    op.create_table(
        "reviews",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("begun", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "review_steps",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("review", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "column_choices",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("headers", sa.Text(), primary_key=True),
        sa.Column("meanings", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
