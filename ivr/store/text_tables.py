"""The tables of text messages: what was sent to whom, and who wants none."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, LargeBinary, Table, Text

from ivr.store.directory_tables import metadata
from ivr.store.schema import Id

__all__ = ["metadata"]

texts = Table(
    "texts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # of the turn or the form that asked for it
    Column("call_id", Text, ForeignKey("calls.id")),
    Column("staff_id", Id, ForeignKey("staff.id")),  # who sent it from a page
    Column("number_sealed", LargeBinary, nullable=False),
    Column("number_hash", Text, nullable=False, index=True),
    Column("language", Text, nullable=False),
    Column("what", Text, nullable=False),  # id of the template
    Column("place_id", Id, ForeignKey("places.id")),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("shared", Boolean, nullable=False),  # the phone is: the sender's name is a neutral one
    Column("state", Text, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),  # of the state
    Column("carrier_ref", Text, index=True),
    Column("error", Text),
    sqlite_autoincrement=True,
)
Index("texts_call_id", texts.c.call_id)
Index("texts_state_changed_at", texts.c.state, texts.c.changed_at)

text_refusals = Table(
    "text_refusals",
    metadata,
    Column("number_hash", Text, primary_key=True),
    Column("number_sealed", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
    Column("how", Text, nullable=False),  # key, desk or carrier
    Column("staff_id", Id, ForeignKey("staff.id")),
)
