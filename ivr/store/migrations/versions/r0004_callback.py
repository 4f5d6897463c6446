"""The callback desk: what a request is waiting for, attempts to call, messages, shifts; limits and a blocklist."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("status NOT IN ('done', 'closed') AND number_hash <> ''")
# Until now a number could have several requests open: they become those of several persons.
FILL = """
UPDATE requests SET due_at = created_at, changed_at = created_at,
    person = (SELECT count(*) FROM requests AS r WHERE r.number_hash = requests.number_hash AND r.id <= requests.id)
"""
NEW: dict[str, tuple[Any, Any]] = {
    "person": (sa.Integer(), "1"),
    "phone": (sa.Text(), "unknown"),
    "woman": (sa.Boolean(), sa.false()),
    "window_date": (sa.Text(), None),
    "window_part": (sa.Text(), None),
    "zone": (sa.Text(), None),
    "due_at": (sa.Double(), "0"),
    "due_until": (sa.Double(), None),
    "tries": (sa.Integer(), "0"),
    "changed_at": (sa.Double(), "0"),
    "staff_id": (ID, None),
    "dial_id": (ID, None),
    "outcome": (sa.Text(), None),
    "code_sealed": (sa.LargeBinary(), None),
}


def upgrade() -> None:
    """Make the tables; every request that is there waits, as soon as possible, on a phone of which nothing is known."""
    with op.batch_alter_table("requests", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint("requests_call_id_topic_once", type_="unique")
        for name, (kind, default) in NEW.items():
            batch.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
        batch.create_foreign_key("requests_staff_id_fk", "staff", ["staff_id"], ["id"])
    op.execute(FILL)
    with op.batch_alter_table("requests", table_kwargs={"sqlite_autoincrement": True}) as batch:
        for name, (_, default) in NEW.items():
            if default is not None:
                batch.alter_column(name, server_default=None)
    op.create_index("requests_call_id", "requests", ["call_id"])
    op.create_index("requests_status_due_at", "requests", ["status", "due_at"])
    op.create_index("requests_status_created_at", "requests", ["status", "created_at", "id"])
    op.create_index("requests_status_changed_at", "requests", ["status", "changed_at"])
    op.create_index("requests_staff_id", "requests", ["staff_id", "status", "changed_at"])
    op.create_index(
        "requests_open",
        "requests",
        ["number_hash", "person"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    _unlinked()
    _notes()
    _dials()
    _messages()
    _shifts()
    _limits()


def _unlinked() -> None:
    op.add_column("calls", sa.Column("unlinked_at", sa.Double(), nullable=True))
    where = sa.text("unlinked_at IS NULL")
    op.create_index("calls_linked", "calls", ["started_at", "id"], sqlite_where=where, postgresql_where=where)


def _notes() -> None:
    op.create_table(
        "request_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="request_notes_pk"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="request_notes_request_id_fk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="request_notes_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("request_notes_request_id", "request_notes", ["request_id"])


def _dials() -> None:
    op.create_table(
        "dials",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("call_ref", sa.Text(), nullable=True),
        sa.Column("leg_ref", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.Double(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="dials_pk"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="dials_request_id_fk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="dials_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    for column in ("request_id", "call_ref", "leg_ref"):
        op.create_index(f"dials_{column}", "dials", [column])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("stored_at", sa.Double(), nullable=True),
        sa.Column("heard_at", sa.Double(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="messages_pk"),
        sa.UniqueConstraint("ref", name="messages_ref_once"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="messages_call_id_fk"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="messages_request_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_call_id", "messages", ["call_id"])
    op.create_index("messages_request_id", "messages", ["request_id"])


def _shifts() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="shifts_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="shifts_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("shifts_staff_id", "shifts", ["staff_id"])
    op.create_table(
        "closures",
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("date", name="closures_pk"),
    )


def _limits() -> None:
    op.create_table(
        "blocked",
        sa.Column("id", ID, nullable=False),
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="blocked_pk"),
        sa.UniqueConstraint("number_hash", name="blocked_number_hash_once"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="blocked_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tallies",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number_hash", "day", name="tallies_pk"),
    )


def downgrade() -> None:
    """Back to one request a call and topic; of several, the first stays."""
    for table in ("tallies", "blocked", "closures", "shifts", "messages", "dials", "request_notes"):
        op.drop_table(table)
    op.drop_index("calls_linked", "calls")
    op.drop_column("calls", "unlinked_at")
    op.execute("DELETE FROM requests WHERE id NOT IN (SELECT min(id) FROM requests GROUP BY call_id, topic)")
    statuses = ("requests_status_changed_at", "requests_status_created_at", "requests_status_due_at")
    for name in ("requests_open", "requests_staff_id", *statuses, "requests_call_id"):
        op.drop_index(name, "requests")
    with op.batch_alter_table("requests", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint("requests_staff_id_fk", type_="foreignkey")
        for name in NEW:
            batch.drop_column(name)
        batch.create_unique_constraint("requests_call_id_topic_once", ["call_id", "topic"])
