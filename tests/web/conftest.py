"""A helpline with its staff, for tests of the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ivr import app
from ivr.app import Parts
from ivr.web.site import Site
from tests import helpline
from tests.doubles.serving import in_process
from tests.web import people
from tests.web.people import Clock, Visit


@dataclass
class House:
    """The server in this process, its clock, and who works there (role to id)."""

    joined: Parts
    app: Any
    http: Any
    clock: Clock
    ids: dict[str, int]

    @property
    def site(self) -> Any:
        """What the pages share; frozen, so tests set it with `object.__setattr__`."""
        return next(route for route in self.app.routes if hasattr(route, "page")).endpoint.site

    def visit(self, role: str) -> Visit:
        """A browser of this person, signed in unless a stranger."""
        token = people.signed_in(self.joined, self.ids[role]) if role in self.ids else ""
        return Visit(self.http, token)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_house(tmp_path) as made:
        yield made


@contextmanager
def opened_house(folder: Path) -> Iterator[House]:
    """Streams end after their first event."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "Site", partial(Site, stream_seconds=0.0))
        clock = Clock()
        joined, ids = people.staffed(folder, clock)
        made = app.application(joined)
        http = in_process(made, base_url=helpline.PUBLIC)
        yield House(joined, made, http, clock, ids)
        http.close()
        joined.database.dispose()
