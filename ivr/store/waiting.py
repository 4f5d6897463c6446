"""How many requests wait for a person."""

from sqlalchemy import bindparam, func, select

from ivr.store.database import Transaction
from ivr.store.requests import WAITING
from ivr.store.schema import requests

COUNT = select(func.count()).select_from(requests).where(requests.c.status == bindparam("state"))


def count(tx: Transaction) -> int:
    """Requests that nobody has taken up."""
    return int(tx.execute(COUNT, {"state": WAITING}).scalar_one())
