"""The directory of places, and text messages."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; nobody knows a place yet."""
    op.add_column("callers", sa.Column("area_sealed", sa.LargeBinary(), nullable=True))
    _places()
    _place_areas()
    _commune_points()
    _imports()
    _place_proposals()
    _given()
    _texts()
    _text_refusals()


def downgrade() -> None:
    """Drop them; calls and requests stay."""
    for table in (
        "text_refusals",
        "texts",
        "given",
        "place_proposals",
        "imports",
        "commune_points",
        "place_areas",
        "places",
    ):
        op.drop_table(table)
    op.drop_column("callers", "area_sealed")


def _places() -> None:
    op.create_table(
        "places",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("insee", sa.Text(), nullable=True),
        sa.Column("departement", sa.Text(), nullable=True),
        sa.Column("visit", sa.Boolean(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("hours_note", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Text(), nullable=False),
        sa.Column("record_updated", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.Double(), nullable=True),
        sa.Column("verified_by", ID, nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("corrected", sa.Text(), nullable=True),
        sa.Column("import_id", ID, nullable=True),
        sa.Column("gone_at", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="places_pk"),
        sa.ForeignKeyConstraint(["verified_by"], ["staff.id"], name="places_verified_by_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("places_kind_departement", "places", ["kind", "departement"])
    op.create_index("places_kind_insee", "places", ["kind", "insee"])
    op.create_index("places_source", "places", ["source", "source_id"], unique=True)


def _place_areas() -> None:
    op.create_table(
        "place_areas",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place_id", ID, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area", "kind", "place_id", name="place_areas_pk"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="place_areas_place_id_fk"),
    )
    op.create_index("place_areas_place_id", "place_areas", ["place_id"])
    op.create_index("place_areas_source", "place_areas", ["source"])


def _commune_points() -> None:
    op.create_table(
        "commune_points",
        sa.Column("insee", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("insee", name="commune_points_pk"),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("source_date", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("vanished", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="imports_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("imports_source", "imports", ["source", "id"])


def _place_proposals() -> None:
    op.create_table(
        "place_proposals",
        sa.Column("id", ID, nullable=False),
        sa.Column("place_id", ID, nullable=True),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="place_proposals_pk"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="place_proposals_place_id_fk"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="place_proposals_decided_by_fk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="place_proposals_staff_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("place_proposals_place_id", "place_proposals", ["place_id"])
    op.create_index("place_proposals_state", "place_proposals", ["state", "at"])


def _given() -> None:
    op.create_table(
        "given",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("place_id", ID, nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="given_pk"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="given_place_id_fk"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="given_call_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("given_call_id", "given", ["call_id"])
    op.create_index("given_place_id", "given", ["place_id"])


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place_id", ID, nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("carrier_ref", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="texts_pk"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="texts_place_id_fk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="texts_staff_id_fk"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="texts_call_id_fk"),
        sa.UniqueConstraint("key", name="texts_key_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("texts_call_id", "texts", ["call_id"])
    op.create_index("texts_carrier_ref", "texts", ["carrier_ref"])
    op.create_index("texts_number_hash", "texts", ["number_hash"])
    op.create_index("texts_state_changed_at", "texts", ["state", "changed_at"])


def _text_refusals() -> None:
    op.create_table(
        "text_refusals",
        sa.Column("number_hash", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("number_hash", name="text_refusals_pk"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="text_refusals_staff_id_fk"),
    )
