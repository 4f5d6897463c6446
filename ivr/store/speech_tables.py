"""The table of what calls listened for. Where and how it went can be counted; the words are a caller's and sealed."""

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, LargeBinary, Table, Text

from ivr.store.studio_tables import metadata

__all__ = ["metadata"]

listenings = Table(
    "listenings",
    metadata,
    Column("call_id", Text, ForeignKey("calls.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),  # of the turn that asked
    Column("node", Text, nullable=False),  # sealed like that of a turn: counted, not read
    Column("language", Text),  # none: not chosen yet
    Column("asked", Integer, nullable=False),  # how many phrases meant something
    Column("means", Text, nullable=False),  # key, voice or none
    Column("heard_sealed", LargeBinary, nullable=False),  # empty: nothing was heard, or it was forgotten
    Column("sure", Double),
    Column("outcome", Text, nullable=False),  # the result of the turn that followed
    Column("seconds", Double, nullable=False),  # of voice
    Column("lag", Double, nullable=False),  # seconds from the end of the voice to the next sound
    Column("at", Double, nullable=False),
)
Index("listenings_at", listenings.c.at)
