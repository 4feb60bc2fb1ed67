"""Of each account: which generation of the POS calls answers, and how fast it may be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Two more columns, empty: the first generation, and nothing learned yet."""
    op.add_column("accounts", sa.Column("generation", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("pace", sa.Text(), nullable=True))
