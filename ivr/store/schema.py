"""The tables, the same on SQLite and PostgreSQL. Times are seconds since the epoch, UTC; `*_sealed` is encrypted."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

# A plain BIGINT would not count by itself on SQLite.
Id = BigInteger().with_variant(Integer(), "sqlite")

callers = Table(
    "callers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number_hash", Text, nullable=False, unique=True),
    Column("number_sealed", LargeBinary, nullable=False),
    Column("language", Text),
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    Column("area_sealed", LargeBinary),  # where they live, if they want it remembered
    sqlite_autoincrement=True,
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("caller_id", Id, ForeignKey("callers.id")),
    Column("release_id", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("ended_how", Text),
    Column("ended_node", Text),
    Column("unlinked_at", Double),  # since then nothing here leads to anybody
    Column("streamed_at", Double),  # when its sound was opened as a stream: at most once
)
Index("calls_caller_id", calls.c.caller_id)
Index(
    "calls_linked",
    calls.c.started_at,
    calls.c.id,
    sqlite_where=text("unlinked_at IS NULL"),
    postgresql_where=text("unlinked_at IS NULL"),
)
Index(
    "calls_in_progress",
    calls.c.release_id,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

turns = Table(
    "turns",
    metadata,
    Column("call_id", Text, ForeignKey("calls.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("node", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.id"), nullable=False),
    Column("caller_id", Id, ForeignKey("callers.id")),
    Column("number_sealed", LargeBinary, nullable=False),
    Column("number_hash", Text, nullable=False, index=True),
    Column("language", Text),
    Column("topic", Text, nullable=False),
    Column("details_sealed", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),  # the first request: the place in the queue
    Column("status", Text, nullable=False),
    Column("person", Integer, nullable=False),  # 1, or more for others who share the number
    Column("phone", Text, nullable=False),  # own, shared or unknown; only `own` is safe
    Column("woman", Boolean, nullable=False),  # would rather speak with a woman
    Column("window_date", Text),  # what was agreed: a local date and a part of day; none is as soon as possible
    Column("window_part", Text),
    Column("zone", Text),  # where the caller lives, when it is not where the helpline lives
    Column("due_at", Double, nullable=False),
    Column("due_until", Double),
    Column("tries", Integer, nullable=False),
    Column("changed_at", Double, nullable=False),  # of the status
    Column("staff_id", Id, ForeignKey("staff.id")),  # whose it is
    Column("dial_id", Id),  # the latest attempt to call
    Column("outcome", Text),
    Column("code_sealed", LargeBinary),  # four digits, for a shared phone
    sqlite_autoincrement=True,
)
Index("requests_caller_id", requests.c.caller_id)
Index("requests_call_id", requests.c.call_id)
Index("requests_status_due_at", requests.c.status, requests.c.due_at)
Index("requests_status_created_at", requests.c.status, requests.c.created_at, requests.c.id)
Index("requests_status_changed_at", requests.c.status, requests.c.changed_at)
Index("requests_staff_id", requests.c.staff_id, requests.c.status, requests.c.changed_at)
OPEN = "status NOT IN ('done', 'closed') AND number_hash <> ''"
Index(
    "requests_open",
    requests.c.number_hash,
    requests.c.person,
    unique=True,
    sqlite_where=text(OPEN),
    postgresql_where=text(OPEN),
)

request_notes = Table(
    "request_notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request_id", Id, ForeignKey("requests.id"), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("kind", Text, nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

dials = Table(
    "dials",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("request_id", Id, ForeignKey("requests.id"), index=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),  # of the state
    Column("call_ref", Text, index=True),  # the carrier's id of the aidant's leg
    Column("leg_ref", Text, index=True),  # and of the caller's
    Column("accepted_at", Double),
    Column("answered_at", Double),
    Column("ended_at", Double),
    Column("how", Text),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.id"), nullable=False, index=True),
    Column("request_id", Id, ForeignKey("requests.id"), index=True),
    Column("ref", Text, nullable=False, unique=True),  # the carrier's id of the recording
    Column("state", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("stored_at", Double),
    Column("heard_at", Double),
    Column("file", Text),
    Column("sha256", Text),
    Column("seconds", Double),
    sqlite_autoincrement=True,
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("weekday", Integer, nullable=False),  # 0 is Monday
    Column("starts", Text, nullable=False),  # local, 09:00
    Column("ends", Text, nullable=False),
    sqlite_autoincrement=True,
)

closures = Table(
    "closures",
    metadata,
    Column("date", Text, primary_key=True),
    Column("note", Text, nullable=False),
)

blocked = Table(
    "blocked",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number_hash", Text, nullable=False, unique=True),
    Column("number_sealed", LargeBinary, nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("at", Double, nullable=False),
    sqlite_autoincrement=True,
)

tallies = Table(
    "tallies",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("number_hash", Text, primary_key=True),  # empty: everybody together
    Column("day", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("args_sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", Text),
    Column("leased_until", Double),
    Column("last_error", Text),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    sqlite_autoincrement=True,
)
Index("jobs_state_due_at", jobs.c.state, jobs.c.due_at)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("page_language", Text),
    Column("theme", Text),
    Column("phone_sealed", LargeBinary),
    Column("password_hash", Text),
    Column("totp_sealed", LargeBinary),
    Column("totp_step", BigInteger),
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),
    sqlite_autoincrement=True,
)

staff_codes = Table(
    "staff_codes",
    metadata,
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    Column("code_hash", Text, primary_key=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("agent", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("needs_code", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

staff_links = Table(
    "staff_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
    sqlite_autoincrement=True,
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("known", Boolean, nullable=False),
)

news = Table(
    "news",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Double, nullable=False, index=True),
    Column("staff_id", Id, ForeignKey("staff.id"), index=True),
    Column("place", Text),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("details", Text, nullable=False),
    sqlite_autoincrement=True,
)
