"""The helpline that the fuzzer asks: the whole server on a socket, its worker, its telephone company, its log."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from argon2 import PasswordHasher

from ivr import app
from ivr.actions import passwords
from ivr.app import Parts
from ivr.errors import HelplineError
from ivr.observing import JsonLines, log_as_json
from ivr.web.site import Site
from tests import helpline
from tests.doubles.carrier import Carrier
from tests.doubles.serving import serve
from tests.web import people

ROLES = (*people.ROLES, "everything", "half")
"""Besides the usual: somebody with every role, and somebody of whom the second step is still asked."""
LIGHT = PasswordHasher(1, 8, 1)
LIGHT_HASH = LIGHT.hash(people.PASSWORD)
"""Passwords are not what is tried here, and each would cost as much as a hundred pages."""


class Clock:
    """Begins on a Monday morning, and can be set on."""

    def __init__(self) -> None:
        self._began, self.ahead = time.time(), 0.0

    def __call__(self) -> float:
        return people.NOW + time.time() - self._began + self.ahead


class Ear(logging.Handler):
    """Hears what the server logs, as it would be written, and what an error says of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[tuple[str, bool]] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        meant = isinstance(error, HelplineError) and record.levelno < logging.ERROR  # a job that will be tried again
        self.lines.append((self.format(record), error is not None and not meant))

    def heard(self) -> list[tuple[str, bool]]:
        """Everything since the last time."""
        lines, self.lines = self.lines, []
        return lines


@dataclass
class House:
    """The helpline under test, and its parts."""

    joined: Parts
    routes: list[Any]
    clock: Clock
    carrier: Carrier
    ids: dict[str, int]


@contextmanager
def listening(folder: Path, database_url: str) -> Iterator[tuple[House, str, Ear]]:
    ear, clock = Ear(), Clock()
    with ExitStack() as stack:
        carrier = stack.enter_context(Carrier(auth_token=helpline.TOKEN))
        carrier.add_number(helpline.NUMBER)
        known = {"TWILIO_API_URL": carrier.url, "TWILIO_NUMBER": helpline.NUMBER, "IVR_PROXIES": "1"}
        joined = helpline.helpline(folder, clock=clock, database_url=database_url, **known)
        stack.callback(joined.database.dispose)
        stack.enter_context(mock.patch.object(app, "Site", partial(Site, stream_seconds=0.0)))
        stack.enter_context(mock.patch.multiple(passwords, HASHER=LIGHT, _nobodys=lambda: LIGHT_HASH))
        made = app.application(joined)
        _overheard(stack, ear)
        base = stack.enter_context(serve(made, lifespan="on"))
        logging.getLogger("uvicorn").handlers[:] = [ear]  # it has just set up some of its own, which print
        ids = {role: people.hire(joined, role, roles=roles_of(role)) for role in ROLES[1:]}
        yield House(joined, list(made.routes), clock, carrier, ids), base, ear


def _overheard(stack: ExitStack, ear: Ear) -> None:
    """All that the real server would log, and nothing is printed."""
    root = logging.getLogger()
    stack.callback(root.setLevel, root.level)
    stack.enter_context(mock.patch.object(root, "handlers", []))
    log_as_json()
    root.handlers[:] = [ear]


def roles_of(role: str) -> frozenset[str]:
    every = frozenset({"aidant", "coordinator", "admin"})
    return every if role in ("everything", "half") else frozenset({role})
