"""The tables of the directory: places, for whom they are competent, where they came from, and who was given which."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text

from ivr.store.schema import Id
from ivr.store.speech_tables import metadata

__all__ = ["metadata"]

places = Table(
    "places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),  # "hand" where a person wrote it
    Column("source_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("street", Text, nullable=False),  # these four are empty where nobody knows
    Column("extra", Text, nullable=False),
    Column("postal_code", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("insee", Text),  # of the commune
    Column("departement", Text),
    Column("visit", Boolean),  # false: one can only write there; none: nobody knows
    Column("lat", Double),
    Column("lon", Double),
    Column("phone", Text, nullable=False),  # as it is keyed, digits only
    Column("email", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("hours", Text),  # JSON: ISO weekday -> spans; none: unknown, {}: never open
    Column("hours_note", Text, nullable=False),
    Column("tags", Text, nullable=False),  # JSON list
    Column("note", Text, nullable=False),
    Column("source_date", Text, nullable=False),  # ISO, of the set
    Column("record_updated", Text),  # ISO, of this place in it
    Column("licence", Text, nullable=False),
    Column("verified_at", Double),
    Column("verified_by", Id, ForeignKey("staff.id")),
    Column("imported", Text),  # JSON: the fields as the source has them
    Column("corrected", Text),  # JSON: field -> what a person wrote, what the source said then, who and when
    Column("import_id", Id),  # the last that had it
    Column("gone_at", Double),  # the source has it no more, or a person removed it
    Column("created_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    sqlite_autoincrement=True,
)
Index("places_source", places.c.source, places.c.source_id, unique=True)
Index("places_kind_departement", places.c.kind, places.c.departement)
Index("places_kind_insee", places.c.kind, places.c.insee)

place_areas = Table(
    "place_areas",
    metadata,
    Column("area", Text, primary_key=True),  # c:INSEE, d:departement
    Column("kind", Text, primary_key=True),
    Column("place_id", Id, ForeignKey("places.id"), primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
)
Index("place_areas_place_id", place_areas.c.place_id)
Index("place_areas_source", place_areas.c.source)

commune_points = Table(
    "commune_points",
    metadata,
    Column("insee", Text, primary_key=True),
    Column("lat", Double, nullable=False),
    Column("lon", Double, nullable=False),
    Column("source", Text, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("origin", Text, nullable=False),  # the address or the name of the file
    Column("state", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("source_date", Text),
    Column("sha256", Text),
    Column("came", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("vanished", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("report", Text, nullable=False),  # JSON: lines for people
    sqlite_autoincrement=True,
)
Index("imports_source", imports.c.source, imports.c.id)

place_proposals = Table(
    "place_proposals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("place_id", Id, ForeignKey("places.id"), index=True),  # none: a new one
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("at", Double, nullable=False),
    Column("fields", Text, nullable=False),  # JSON: field -> what it should be
    Column("why", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, accepted, declined
    Column("decided_by", Id, ForeignKey("staff.id")),
    Column("decided_at", Double),
    sqlite_autoincrement=True,
)
Index("place_proposals_state", place_proposals.c.state, place_proposals.c.at)

given = Table(
    "given",
    metadata,
    Column("id", Id, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.id"), nullable=False),
    Column("place_id", Id, ForeignKey("places.id"), nullable=False),
    Column("office", Text, nullable=False),  # what was asked for
    Column("at", Double, nullable=False),
    sqlite_autoincrement=True,
)
Index("given_call_id", given.c.call_id)
Index("given_place_id", given.c.place_id)
