"""Staff: accounts, sessions, one-time links, throttling; news for open pages; the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
YEAR_SECONDS = 365 * 24 * 3600

SQLITE_GUARD = (
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
    "CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit"
    f" WHEN OLD.at > CAST(strftime('%s', 'now') AS INTEGER) - {YEAR_SECONDS}"
    " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
)
POSTGRESQL_GUARD = (
    "CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF TG_OP = 'DELETE' AND OLD.at <= extract(epoch FROM now()) - {YEAR_SECONDS} THEN RETURN OLD; END IF;"
    " RAISE EXCEPTION 'the audit is append-only'; END $$",
    "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard()",
)


def upgrade() -> None:
    """Make the tables of staff; the audit takes rows, and lets go of them when they are a year old."""
    _staff()
    _sessions()
    _links()
    _attempts()
    _news()
    _audit()


def downgrade() -> None:
    """Forget all staff."""
    for table in ("audit", "news", "sign_in_attempts", "staff_links", "staff_sessions", "staff_codes", "staff"):
        op.drop_table(table)
    if not _on_sqlite():
        op.execute("DROP FUNCTION audit_guard()")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("page_language", sa.Text(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("disabled_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="staff_pk"),
        sa.UniqueConstraint("email", name="staff_email_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_codes",
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "code_hash", name="staff_codes_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="staff_codes_staff_id_fk"),
    )


def _sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("needs_code", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="staff_sessions_pk"),
        sa.UniqueConstraint("token_hash", name="staff_sessions_token_hash_once"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="staff_sessions_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("staff_sessions_staff_id", "staff_sessions", ["staff_id"])


def _links() -> None:
    op.create_table(
        "staff_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="staff_links_pk"),
        sa.UniqueConstraint("token_hash", name="staff_links_token_hash_once"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="staff_links_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("staff_links_staff_id", "staff_links", ["staff_id"])


def _attempts() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "place", name="sign_in_attempts_pk"),
    )


def _news() -> None:
    op.create_table(
        "news",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name="news_pk"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="audit_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_index("audit_staff_id", "audit", ["staff_id"])
    for statement in SQLITE_GUARD if _on_sqlite() else POSTGRESQL_GUARD:
        op.execute(statement)
