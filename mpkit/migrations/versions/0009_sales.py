"""Sales: a store's day and a register's line, what a payment's row was made from, reports asked for, a faster index."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """New columns with their defaults; two new tables; the index a page of a store's payments is read from."""
    for name in ("paid_at", "raw"):
        op.add_column("payments", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("payments", sa.Column("charges", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("payments", sa.Column("cutoff", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("payments_of_store", "payments")
    # A page, newest first, stands in it in order; with the count nothing but the page's own rows is looked up.
    store = ["account", "store_id", "income", "day", "approved", "payment_id"]
    op.create_index("payments_of_store", "payments", store)
    op.add_column("places_of_sale", sa.Column("cutoff", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("places_of_sale", sa.Column("line", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "sales_days",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("store_id", sa.Text(), primary_key=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("cutoff", sa.Integer(), nullable=False),
    )
    op.create_table(
        "sales_reports",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("begin", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("end", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text()),
    )
    _outbox()


def _outbox() -> None:
    """SQLite keeps a line of the outbox once, not twice: what each booked payment writes beside its row."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("sales_outbox", "sales_outbox_before")
    op.create_table(
        "sales_outbox",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("mirror", sa.Text(), primary_key=True),
        sa.Column("payment_id", sa.Text(), primary_key=True),
        sa.Column("stamp", sa.Integer()),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO sales_outbox SELECT account, mirror, payment_id, stamp FROM sales_outbox_before")
    op.drop_table("sales_outbox_before")
