"""Callers, calls, turns and requests."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the first tables."""
    _callers()
    _calls()
    _turns()
    _requests()


def downgrade() -> None:
    """Back to an empty database."""
    for table in ("requests", "turns", "calls", "callers"):
        op.drop_table(table)


def _callers() -> None:
    op.create_table(
        "callers",
        sa.Column("id", ID, nullable=False),
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("first_seen", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="callers_pk"),
        sa.UniqueConstraint("number_hash", name="callers_number_hash_once"),
        sqlite_autoincrement=True,
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("caller_id", ID, nullable=True),
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("ended_how", sa.Text(), nullable=True),
        sa.Column("ended_node", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="calls_pk"),
        sa.ForeignKeyConstraint(["caller_id"], ["callers.id"], name="calls_caller_id_fk"),
    )
    op.create_index("calls_caller_id", "calls", ["caller_id"])
    open_calls = sa.text("ended_at IS NULL")
    op.create_index("calls_in_progress", "calls", ["release_id"], sqlite_where=open_calls, postgresql_where=open_calls)


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "n", name="turns_pk"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="turns_call_id_fk"),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("caller_id", ID, nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="requests_pk"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="requests_call_id_fk"),
        sa.ForeignKeyConstraint(["caller_id"], ["callers.id"], name="requests_caller_id_fk"),
        sa.UniqueConstraint("call_id", "topic", name="requests_call_id_topic_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("requests_number_hash", "requests", ["number_hash"])
    op.create_index("requests_caller_id", "requests", ["caller_id"])
