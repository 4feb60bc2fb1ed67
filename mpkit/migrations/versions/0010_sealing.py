"""Which of the keys of the key file seals the store: named in the transaction that seals its rows with it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "sealing",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
