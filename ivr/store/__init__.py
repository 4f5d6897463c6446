"""What the helpline remembers. Nothing outside this package imports SQLAlchemy; only `database.transaction` commits."""
