"""Of each account: the states and cities Mercado Pago lists for it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "catalogue",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), primary_key=True),
        sa.Column("state_id", sa.Text(), nullable=False),
        sa.Column("cities", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
