"""The steps of the store from one version to the next (alembic)."""
