"""Alembic's entry: runs the revisions on the connection that `callcenter.storage.schema` hands over.

The connection is already inside the one transaction that makes an upgrade all or nothing.
"""

from alembic import context

from callcenter.storage.tables.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
