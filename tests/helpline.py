"""A whole helpline for a test: its own data folder and database, today's content, sounds that are made once."""

import fcntl
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ivr.actions import releases
from ivr.actions.releases import Made
from ivr.app import Parts, application, parts
from ivr.engine.state import dumps
from ivr.settings import load
from ivr.voice.sounds import Sounds
from tests import databases
from tests.doubles.phone import Phone
from tests.doubles.serving import in_process

ROOT = Path(__file__).parent.parent
SOUNDS = ROOT / "var" / "sounds"
PUBLIC, TOKEN, ACCOUNT, NUMBER = "https://help.example", "only-for-tests", "AC" + "0" * 32, "+33199000001"
KEY = "only for tests: a key of enough characters"
PARIS = ZoneInfo("Europe/Paris")
MONDAY_MORNING = "2026-11-23T10:00"

Clock = Callable[[], float]


def at(local: str) -> Clock:
    """A clock that stands still at this local time (ISO, without seconds)."""
    now = datetime.fromisoformat(local).replace(tzinfo=PARIS).timestamp()
    return lambda: now


def helpline(
    tmp: Path, *, clock: Clock | None = None, database_url: str = "", twilio: bool = True, **environ: str
) -> Parts:
    """Everything joined in `tmp`: migrated, a release published; by default it is always Monday morning.

    Nothing works its jobs beside it unless asked to: a test that does them itself would have to race for them.

    `database_url` names a migrated database; without it a fresh SQLite file is used. Dispose of `.database` at the end.
    """
    data = tmp / "data"
    data.mkdir(parents=True, exist_ok=True)
    with_sounds(data)
    if not database_url and not (data / "hamrah.db").exists():
        (data / "hamrah.db").write_bytes(_migrated())
    more = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN} if twilio else {}
    settings = load({**surroundings(data), "IVR_DATABASE_URL": database_url, "IVR_WORKER": "none", **more, **environ})
    joined = parts(settings, clock or at(MONDAY_MORNING))
    release = prepared().release
    (joined.shelf.folder / f"{release.id}.json").write_bytes(_written())
    joined.shelf.put(release)
    return joined


def surroundings(data: Path) -> dict[str, str]:
    """The environment of a helpline with this data folder, for a process of its own."""
    return {
        "IVR_DATA_DIR": str(data),
        "IVR_RECORDINGS_DIR": str(data.parent / "recordings"),
        "IVR_SECRET_KEY": KEY,
        "IVR_PUBLIC_URL": PUBLIC,
        "IVR_MENUS_DIR": str(ROOT / "menus"),
        "IVR_PROMPTS_DIR": str(ROOT / "prompts"),
    }


def with_sounds(data: Path) -> None:
    """Lets a data folder share the sounds that were made once."""
    SOUNDS.mkdir(parents=True, exist_ok=True)
    if not (data / "sounds").exists():
        (data / "sounds").symlink_to(SOUNDS)


def client(joined: Parts, **options: Any) -> Any:
    """A TestClient of the whole server; `with` it, or nothing that runs beside the requests is started."""
    return in_process(application(joined), **options)


def phone(http: Any, **options: Any) -> Phone:
    """A handset that rings this helpline through `client(...)`, over signed webhooks."""
    return Phone(http, PUBLIC, TOKEN, ACCOUNT, NUMBER, **options)


@cache
def prepared() -> Made:
    """The release of the checkout's content, made once a process; processes that start together share the work."""
    SOUNDS.mkdir(parents=True, exist_ok=True)
    folders = releases.Folders(ROOT / "menus", ROOT / "prompts", ROOT / "var" / "models")
    with (SOUNDS.parent / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return releases.prepare(folders, Sounds(SOUNDS), MONDAY_MORNING[:10])


@cache
def _written() -> bytes:
    """The release as its shelf keeps it."""
    return dumps(prepared().release.raw)


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        databases.migrated_sqlite(Path(folder) / "hamrah.db")
        return (Path(folder) / "hamrah.db").read_bytes()
