"""Of each object on record: when we took it away; of each plan: when somebody gave it up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two more columns, empty: everything on record is there, and every plan may be gone on with."""
    op.add_column("objects", sa.Column("gone", sa.BigInteger(), nullable=True))
    op.add_column("plans", sa.Column("given_up", sa.BigInteger(), nullable=True))
