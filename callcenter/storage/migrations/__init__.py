"""Alembic's scripts; `callcenter.storage.schema` runs them."""
