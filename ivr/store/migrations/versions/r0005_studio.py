"""The studio: takes, wordings, what is published, uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; nothing is published yet, so callers hear what the files say."""
    _takes()
    _wordings()
    _publications()
    _uploads()
    _telephone()
    _announcements()


def _id() -> sa.Column[int]:
    return sa.Column("id", ID, nullable=False)


def _takes() -> None:
    op.create_table(
        "takes",
        _id(),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("sound", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("overruled_by", ID, nullable=True),
        sa.Column("overruled_why", sa.Text(), nullable=True),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("approved_at", sa.Double(), nullable=True),
        sa.Column("withdrawn_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="takes_pk"),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name="takes_made_by_fk"),
        sa.ForeignKeyConstraint(["overruled_by"], ["staff.id"], name="takes_overruled_by_fk"),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name="takes_approved_by_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("takes_language_name", "takes", ["language", "name", "id"])
    op.create_index("takes_state", "takes", ["state"])
    op.create_index("takes_sha256", "takes", ["sha256"])


def _wordings() -> None:
    op.create_table(
        "wordings",
        _id(),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("replaces", ID, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="wordings_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="wordings_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("wordings_once", "wordings", ["language", "prompt", "replaces"], unique=True)


def _publications() -> None:
    op.create_table(
        "published",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("kind", "language", "name", name="published_pk"),
    )
    op.create_table(
        "publications",
        _id(),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("undoes_id", ID, nullable=True),
        sa.Column("made_at", sa.Double(), nullable=True),
        sa.Column("made_n", sa.Integer(), nullable=True),
        sa.Column("release_id", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="publications_pk"),
        sa.UniqueConstraint("made_n", name="publications_made_n_once"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="publications_staff_id_fk"),
        sa.ForeignKeyConstraint(["undoes_id"], ["publications.id"], name="publications_undoes_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("publications_state", "publications", ["state"])
    op.create_table(
        "publication_changes",
        sa.Column("publication_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before_id", ID, nullable=True),
        sa.Column("after_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("publication_id", "kind", "language", "name", name="publication_changes_pk"),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name="publication_changes_publication_id_fk"),
    )


def _uploads() -> None:
    op.create_table(
        "prompt_codes",
        sa.Column("code", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="prompt_codes_pk"),
        sa.UniqueConstraint("name", name="prompt_codes_name_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "uploads",
        _id(),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="uploads_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="uploads_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "upload_files",
        _id(),
        sa.Column("upload_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("take_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="upload_files_pk"),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name="upload_files_upload_id_fk"),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name="upload_files_take_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("upload_files_place", "upload_files", ["upload_id", "n"], unique=True)
    op.create_index("upload_files_state", "upload_files", ["state"])


def _telephone() -> None:
    op.create_table(
        "sittings",
        sa.Column("dial_id", ID, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("spoken_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("dial_id", name="sittings_pk"),
        sa.ForeignKeyConstraint(["dial_id"], ["dials.id"], name="sittings_dial_id_fk"),
    )
    op.create_table(
        "spoken",
        _id(),
        sa.Column("dial_id", ID, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kept_at", sa.Double(), nullable=True),
        sa.Column("take_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="spoken_pk"),
        sa.UniqueConstraint("ref", name="spoken_ref_once"),
        sa.ForeignKeyConstraint(["dial_id"], ["sittings.dial_id"], name="spoken_dial_id_fk"),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name="spoken_take_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("spoken_dial_id", "spoken", ["dial_id"])


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("slot", ID, autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name="announcements_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="announcements_staff_id_fk"),
    )


def downgrade() -> None:
    """Drop the tables; what was recorded stays in the folder."""
    for table in (
        "announcements",
        "spoken",
        "sittings",
        "upload_files",
        "uploads",
        "prompt_codes",
        "publication_changes",
        "publications",
        "published",
        "wordings",
        "takes",
    ):
        op.drop_table(table)
