"""Forgetting voices that nobody wants: takes that were withdrawn or failed, files that were never matched."""

from sqlalchemy import and_, exists, func, select, update

from ivr.store.database import Transaction
from ivr.store.forgetting import BEFORE, KEYS, Cut, Keys, Old
from ivr.store.publications import Kind
from ivr.store.studio_tables import publication_changes, publications, takes, upload_files, uploads
from ivr.store.takes import State as Taken
from ivr.store.uploads import State as Sent


def _takes(tx: Transaction, keys: Keys, cut: Cut) -> int:
    """Who recorded which text, and what was found, stays; the files are strays from now on, and swept."""
    return tx.execute(VOICELESS, {"keys": keys, "before": cut.before}).rowcount


def _unmatched(tx: Transaction, keys: Keys, cut: Cut) -> int:
    return tx.execute(UNSENT, {"keys": keys, "before": cut.before}).rowcount


WAS_HEARD = exists(
    select(1)
    .select_from(publication_changes)
    .join(publications, publications.c.id == publication_changes.c.publication_id)
    .where(
        publication_changes.c.kind == Kind.TAKE,
        publication_changes.c.after_id == takes.c.id,
        publications.c.made_n.is_not(None),
    )
    .correlate(takes)
)
UNWANTED = and_(
    takes.c.state.in_((Taken.BAD, Taken.WITHDRAWN)),
    func.coalesce(takes.c.withdrawn_at, takes.c.made_at) < BEFORE,
    ~WAS_HEARD,
)
VOICELESS = update(takes).where(takes.c.id.in_(KEYS), UNWANTED).values(state=Taken.FORGOTTEN, file="", sha256="")
TAKES = Old(select(takes.c.id).where(UNWANTED).order_by(takes.c.id), _takes)
OLD_UPLOADS = select(uploads.c.id).where(uploads.c.at < BEFORE)
UNSENT_LONG = and_(upload_files.c.state == Sent.UNMATCHED, upload_files.c.upload_id.in_(OLD_UPLOADS))
UNSENT = update(upload_files).where(upload_files.c.id.in_(KEYS), UNSENT_LONG).values(state=Sent.CANCELLED, file="")
UNMATCHED = Old(select(upload_files.c.id).where(UNSENT_LONG).order_by(upload_files.c.id), _unmatched)
