"""How alembic reaches our store: one exclusive transaction for all steps, the version included.

pysqlite would commit before each DDL statement by itself; our connections begin transactions on their own, so that a
migration killed at any point is wholly undone.
"""

from alembic import context

engine = context.config.attributes["engine"]

with engine.connect().execution_options(mpkit_begin="EXCLUSIVE") as connection:
    context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
