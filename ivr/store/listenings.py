"""What calls listened for, a window at a time; ivr/store/listened.py reads it."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, tuple_, update

from ivr.store.crypto import ID_BYTES
from ivr.store.database import Database, Transaction
from ivr.store.speech_tables import listenings
from ivr.store.statements import insert_once_in_a_call

KEY, VOICE, NONE = "key", "voice", "none"
"""By what a window was answered."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which a call listened: after turn `n`, for `asked` phrases, until `outcome`, the next turn's result.

    `by` is key, voice or none; `heard` are the words, empty where there were none; `seconds` are those of voice, `lag`
    those from its end to the next sound.
    """

    call_id: str
    n: int
    node: str
    language: str | None
    asked: int
    by: str
    heard: str
    sure: float | None
    outcome: str
    seconds: float
    lag: float
    at: float


COLUMNS = ("call_id", "n", "node", "language", "asked", "means", "heard_sealed", "sure", "outcome", "seconds", "lag")
ADD = insert_once_in_a_call(listenings, (*COLUMNS, "at"))

SEALED, NODE = listenings.c.heard_sealed, listenings.c.node
KEYS = (listenings.c.call_id, listenings.c.n)
OLD_KEY = select(*KEYS, NODE, SEALED).where(
    SEALED != b"", func.substr(SEALED, 1, ID_BYTES) != bindparam("key", type_=SEALED.type)
)
# Asks for the old bytes: what was forgotten meanwhile stays forgotten.
ANEW = (
    update(listenings)
    .where(
        listenings.c.call_id == bindparam("call"),
        listenings.c.n == bindparam("number"),
        listenings.c.heard_sealed == bindparam("old"),
    )
    .values(heard_sealed=bindparam("heard"), node=bindparam("word"))
)
NODES = select(NODE).distinct()
AT_NODE = select(*KEYS).where(listenings.c.node == bindparam("old"))
RENAME = update(listenings).values(node=bindparam("word"))


def add(tx: Transaction, window: Window) -> bool:
    """Keeps a window once; whether it was new, and of a call that is known."""
    keyring, about_it = tx.keyring, about(window.call_id, window.n)
    values = {
        "call_id": window.call_id,
        "n": window.n,
        "node": keyring.seal_word(window.node),
        "language": window.language,
        "asked": window.asked,
        "means": window.by,
        "heard_sealed": keyring.seal(window.heard.encode(), about_it) if window.heard else b"",
        "sure": window.sure,
        "outcome": window.outcome,
        "seconds": window.seconds,
        "lag": window.lag,
        "at": window.at,
    }
    return tx.insert(ADD, values) == 1


def about(call_id: str, n: int) -> bytes:
    """What the seal of the words is bound to."""
    return f"heard/{call_id}/{n}".encode()


def rotate(database: Database, batch: int = 500) -> int:
    """Seals anew what an old key sealed, some at a time while calls run; how many windows."""
    return _heard(database, batch) + _nodes(database, batch)


def _heard(database: Database, batch: int) -> int:
    count = 0
    while True:
        with database.transaction() as tx:
            rows = tx.execute(OLD_KEY.limit(batch), {"key": tx.keyring.current_id}).all()
            for call_id, n, node, sealed in rows:
                heard = tx.keyring.seal(tx.keyring.open(sealed, about(call_id, n)), about(call_id, n))
                word = tx.keyring.seal_word(tx.keyring.open_word(node))
                tx.execute(ANEW, {"call": call_id, "number": n, "old": sealed, "heard": heard, "word": word})
        count += len(rows)
        if len(rows) < batch:
            return count


def _nodes(database: Database, batch: int) -> int:
    """Of windows in which nothing was heard, and of those that are forgotten, only the node is sealed."""
    with database.reading() as tx:
        new = {word: tx.keyring.seal_word(tx.keyring.open_word(word)) for word in tx.execute(NODES).scalars()}
    rename, count = RENAME.where(tuple_(*KEYS).in_(AT_NODE.limit(batch))), 0
    for old, word in new.items():
        changed = 0 if old == word else batch
        while changed == batch:
            with database.transaction() as tx:
                changed = tx.execute(rename, {"old": old, "word": word}).rowcount
            count += changed
    return count
