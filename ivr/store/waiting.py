"""How many requests wait for a person."""

from sqlalchemy import ColumnElement, func, select

from ivr.store.database import Transaction
from ivr.store.requests import Status
from ivr.store.schema import requests

IS_WAITING: ColumnElement[bool] = requests.c.status == Status.WAITING.value
COUNT = select(func.count()).select_from(requests).where(IS_WAITING)


def count(tx: Transaction) -> int:
    """Requests that nobody has taken up."""
    return int(tx.execute(COUNT).scalar_one())
