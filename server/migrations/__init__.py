"""Alembic history of the store, one for both databases."""
