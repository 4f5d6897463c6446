"""The studio's tables. Prompts are said to everybody who rings, so words are plain; voices lie in sealed files."""

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, Table, Text

from ivr.store.schema import Id, metadata

__all__ = ["metadata"]

takes = Table(
    "takes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("language", Text, nullable=False),
    Column("name", Text, nullable=False),  # of the sound: the prompt's id, `.short` or `.doubt` for those wordings
    Column("text", Text, nullable=False),  # the words that it was made for
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file", Text, nullable=False),  # the sealed original, empty once it is forgotten
    Column("sha256", Text, nullable=False),  # of the original, as it came
    Column("made_by", Id, ForeignKey("staff.id")),
    Column("made_at", Double, nullable=False),
    Column("report", Text),  # what the checks found
    Column("sound", Text),  # the hash of the treated sound
    Column("seconds", Double),
    Column("overruled_by", Id, ForeignKey("staff.id")),
    Column("overruled_why", Text),
    Column("approved_by", Id, ForeignKey("staff.id")),
    Column("approved_at", Double),
    Column("withdrawn_at", Double),
    sqlite_autoincrement=True,
)
Index("takes_language_name", takes.c.language, takes.c.name, takes.c.id)
Index("takes_state", takes.c.state)
Index("takes_sha256", takes.c.sha256)

wordings = Table(
    "wordings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("language", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("replaces", Id, nullable=False),  # the version before, 0 for none: of two authors at once one is refused
    Column("entry", Text, nullable=False),  # as it would stand in texts.yaml, in JSON
    Column("under", Text, nullable=False),  # what stood in texts.yaml then, so that a deployment's change is seen
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("at", Double, nullable=False),
    sqlite_autoincrement=True,
)
Index("wordings_once", wordings.c.language, wordings.c.prompt, wordings.c.replaces, unique=True)

published = Table(
    "published",
    metadata,
    Column("kind", Text, primary_key=True),  # take or wording
    Column("language", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version_id", Id, nullable=False),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("undoes_id", Id, ForeignKey("publications.id")),
    Column("made_at", Double),
    Column("made_n", Integer, unique=True),  # counts publications in the order in which they were made
    Column("release_id", Text),
    Column("problem", Text),  # why it was refused
    sqlite_autoincrement=True,
)
Index("publications_state", publications.c.state)

publication_changes = Table(
    "publication_changes",
    metadata,
    Column("publication_id", Id, ForeignKey("publications.id"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("before_id", Id),
    Column("after_id", Id),  # none: what the files say
)

prompt_codes = Table(
    "prompt_codes",
    metadata,
    Column("code", Id, primary_key=True),  # four digits, for file names and for recording by telephone
    Column("name", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("at", Double, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    sqlite_autoincrement=True,
)

upload_files = Table(
    "upload_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("upload_id", Id, ForeignKey("uploads.id"), nullable=False),
    Column("n", Integer, nullable=False),  # its place in the upload; with the upload, its identity
    Column("shown", Text, nullable=False),  # its name
    Column("file", Text, nullable=False),  # sealed, empty once it is a take or refused
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),  # why it was refused
    Column("language", Text),  # with the name, of the sound that it is
    Column("name", Text),
    Column("take_id", Id, ForeignKey("takes.id")),
    sqlite_autoincrement=True,
)
Index("upload_files_place", upload_files.c.upload_id, upload_files.c.n, unique=True)
Index("upload_files_state", upload_files.c.state)

sittings = Table(
    "sittings",  # recording by telephone: a call to somebody's own phone, and where it stands
    metadata,
    Column("dial_id", Id, ForeignKey("dials.id"), primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("n", Integer, nullable=False),  # counts what was said; an address that holds another one is a repeat
    Column("step", Text, nullable=False),  # what is waited for
    Column("said", Text, nullable=False),  # the names of the sounds that were said last
    Column("tries", Integer, nullable=False),  # in vain, in this step
    Column("name", Text),  # of the sound that is recorded
    Column("spoken_id", Id),  # the latest recording
)

spoken = Table(
    "spoken",  # what was said into a telephone: the company's recording, until it is a take
    metadata,
    Column("id", Id, primary_key=True),
    Column("dial_id", Id, ForeignKey("sittings.dial_id"), nullable=False, index=True),
    Column("ref", Text, nullable=False, unique=True),  # the company's id of the recording
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),  # the words of then: it is fetched later
    Column("state", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("kept_at", Double),  # since when it is wanted; none: nobody said so, and it is kept nevertheless
    Column("take_id", Id, ForeignKey("takes.id")),
    sqlite_autoincrement=True,
)

announcements = Table(
    "announcements",
    metadata,
    Column("slot", Id, primary_key=True, autoincrement=False),  # 1 to 3, each with a prompt of its own
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("note", Text, nullable=False),  # for colleagues; callers never hear it
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("at", Double, nullable=False),
)
