"""Alembic reads this; the connection, already inside a transaction, comes from `ivr.store.migrate`."""

from alembic import context

from ivr.store.text_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is not Alembic's: it is committed as a whole, or not at all
    render_as_batch=True,
)
context.run_migrations()
