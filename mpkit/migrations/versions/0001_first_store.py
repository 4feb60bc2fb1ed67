"""The first store: the tables of all rooms, as they were then. It imports none of them, so that it never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.BigInteger()  # microseconds since 1970, UTC
JSON = sa.Text()  # canonical JSON


def upgrade() -> None:
    """Make the tables, room by room."""
    _accounts()
    _branches()
    _ledger()
    _jobs()
    _sales()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=True),
        sa.Column("api", sa.Text(), nullable=False),
        sa.Column("pinned", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )


def _branches() -> None:
    op.create_table(
        "branches",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("origins", JSON, nullable=False),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added", INSTANT, nullable=False),
        sa.Column("changed", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "external_id"),
    )
    op.create_table(
        "registers",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("branch_external_id", sa.Text(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("origins", JSON, nullable=False),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added", INSTANT, nullable=False),
        sa.Column("changed", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "external_id"),
    )
    op.create_index("registers_branch", "registers", ["account", "branch_external_id"])


def _ledger() -> None:
    op.create_table(
        "counters",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "name"),
    )
    op.create_table(
        "holders",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("born", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("taken", INSTANT, nullable=False),
        sa.Column("heartbeat", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "purpose"),
    )
    op.create_table(
        "intents",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("error", JSON, nullable=True),
        sa.Column("note", JSON, nullable=True),
        sa.Column("intended", INSTANT, nullable=False),
        sa.Column("sent", INSTANT, nullable=True),
        sa.Column("ended", INSTANT, nullable=True),
        sa.CheckConstraint("object IN ('store', 'pos')", name="intents_object"),
        sa.CheckConstraint(
            "state IN ('intended', 'sent', 'done', 'refused', 'conflict', 'unknown')", name="intents_state"
        ),
        sa.PrimaryKeyConstraint("account", "plan", "object", "external_id"),
    )
    op.create_table(
        "objects",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("qr_payload", sa.Text(), nullable=True),
        sa.Column("sent", JSON, nullable=False),
        sa.Column("seen", INSTANT, nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.CheckConstraint("object IN ('store', 'pos')", name="objects_object"),
        sa.PrimaryKeyConstraint("account", "object", "external_id"),
        sa.UniqueConstraint("account", "object", "remote_id", name="objects_remote_id"),
        sa.UniqueConstraint("account", "qr_payload", name="objects_qr_payload"),
    )
    op.create_table(
        "pieces",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("pos_id", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("check_code", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("printed", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('printed', 'placed', 'replaced', 'void', 'lost')", name="pieces_state"),
        sa.PrimaryKeyConstraint("account", "serial"),
    )
    op.create_index("pieces_register", "pieces", ["account", "register"])
    op.create_table(
        "plans",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("made", INSTANT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "hash"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("error", JSON, nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("started", INSTANT, nullable=True),
        sa.Column("heartbeat", INSTANT, nullable=True),
        sa.Column("ended", INSTANT, nullable=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "id"),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "created"])
    op.create_index("jobs_id", "jobs", ["id"], unique=True)
    op.create_index("jobs_latest", "jobs", ["account", "kind", "created"])
    op.create_index(
        "jobs_one_alone",
        "jobs",
        ["account", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'running' AND kind IN ('apply')"),
        postgresql_where=sa.text("state = 'running' AND kind IN ('apply')"),
    )
    op.create_index(
        "jobs_one_live",
        "jobs",
        ["account", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def _sales() -> None:
    op.create_table(
        "chargebacks",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("chargeback_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=True),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("updated", INSTANT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("back_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("account", "payment_id", "chargeback_id"),
    )
    op.create_table(
        "payments",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("seniority", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_detail", sa.Text(), nullable=False),
        sa.Column("operation_type", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("income", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("net_received", sa.BigInteger(), nullable=False),
        sa.Column("coupon", sa.BigInteger(), nullable=False),
        sa.Column("fees", sa.BigInteger(), nullable=False),
        sa.Column("taxes", sa.BigInteger(), nullable=False),
        sa.Column("fees_refunded", sa.BigInteger(), nullable=False),
        sa.Column("taxes_refunded", sa.BigInteger(), nullable=False),
        sa.Column("unexplained", sa.BigInteger(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("approved", INSTANT, nullable=False),
        sa.Column("updated", INSTANT, nullable=False),
        sa.Column("released", INSTANT, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("method_type", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("pos_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("chargebacks_due", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "payment_id"),
    )
    op.create_index("payments_of_store", "payments", ["account", "store_id", "day"])
    op.create_index(
        "payments_with_chargebacks_due",
        "payments",
        ["account"],
        sqlite_where=sa.text("chargebacks_due"),
        postgresql_where=sa.text("chargebacks_due"),
    )
    op.create_table(
        "places_of_sale",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "id"),
    )
    op.create_table(
        "refunds",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fees", sa.BigInteger(), nullable=False),
        sa.Column("taxes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "payment_id", "refund_id"),
    )
    op.create_table(
        "sales_mirrors",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("mirror", sa.Text(), nullable=False),
        sa.Column("seen", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "mirror"),
    )
    op.create_table(
        "sales_outbox",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("mirror", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("account", "mirror", "payment_id"),
    )
    op.create_table(
        "sales_windows",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("range", sa.Text(), nullable=False),
        sa.Column("begin", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("anchor", INSTANT, nullable=False),
        sa.Column("done", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("account", "range", "begin", "end"),
    )
