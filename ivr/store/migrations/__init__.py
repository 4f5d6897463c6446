"""Every change of the tables since the first, by Alembic."""
