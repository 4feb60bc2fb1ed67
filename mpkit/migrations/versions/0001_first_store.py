"""The first store."""

from importlib import import_module
from importlib.util import find_spec

from alembic import op

from mpkit.db import metadata

revision = "0001"
down_revision = None

ROOMS = ("accounts", "branches", "ledger", "jobs", "sales", "places", "sheet", "users", "kit", "plan")


def upgrade() -> None:
    for room in ROOMS:
        if find_spec(f"mpkit.{room}") and find_spec(f"mpkit.{room}.rows"):
            import_module(f"mpkit.{room}.rows")
    metadata.create_all(op.get_bind())
