"""The real `ivr serve` as a process of its own, in a folder of its own, on a port of its own."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from ivr.app import Parts, parts
from ivr.settings import load
from tests.databases import PostgresServer
from tests.helpline import prepared

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "only for tests", "+33199000001"
SECRET = "only for tests: a secret key of forty letters"
REPOSITORY = Path(__file__).parents[2]
IVR = Path(sys.executable).parent / "ivr"
START_SECONDS = 60
PORTS = range(20_000, 32_000)
"""Below those that the system gives to clients: a server that is down for a moment finds its port again."""


def free_port() -> int:
    """A port on which nobody listens now."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@dataclass
class House:
    """A server that can be started, killed and started again; its address stays. The database is SQLite when empty."""

    folder: Path
    database_url: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)  # settings of one soak

    @property
    def base(self) -> str:
        """Where it listens, which is also its public address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the server says, one life after the other."""
        return self.folder / "server.log"

    def environment(self) -> dict[str, str]:
        """The settings, and nothing of the operator's."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))},
            "IVR_DATA_DIR": str(self.folder),
            "IVR_RECORDINGS_DIR": str(self.folder / "recordings"),
            "IVR_MENUS_DIR": str(REPOSITORY / "menus"),
            "IVR_PROMPTS_DIR": str(REPOSITORY / "prompts"),
            "IVR_DATABASE_URL": self.database_url,
            "IVR_SECRET_KEY": SECRET,
            "IVR_PORT": str(self.port),
            "IVR_PUBLIC_URL": self.base,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            **self.more,
        }

    def parts(self) -> Parts:
        """The same helpline in this process, to look into its store."""
        return parts(load(self.environment()))

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([IVR, "serve"], env=self.environment(), stdout=log, stderr=log)
        try:
            wait_for(self.base, self.process)
        except RuntimeError as error:
            raise RuntimeError(f"{error}: {self.log.read_text()[-1000:]}") from None

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator stops it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


def wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    """Returns when the server there answers; RuntimeError when it ended or takes too long."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            httpx.get(f"{base}/healthz", timeout=5)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the server on {base} did not start (exit {process.poll()})")


@contextmanager
def house(folder: Path, database_url: str = "", **more: str) -> Iterator[House]:
    """A house with the repository's content and a migrated database, not started; ended at the end.

    Sounds that were made before for a trial run are taken from there: making them takes half a minute.
    """
    made = House(folder, database_url, more=more)
    sounds = REPOSITORY / "var" / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sounds").symlink_to(sounds)
    try:
        joined = made.parts()
        joined.database.migrate()
        joined.database.dispose()
        joined.shelf.put(prepared().release)
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def make_durable(server: PostgresServer) -> None:
    """A commit survives a power cut, as in production; AssertionError when the server does not say so."""
    wanted = ("fsync", "synchronous_commit", "full_page_writes")
    server.run(*(f"ALTER SYSTEM SET {name} = on" for name in wanted), "SELECT pg_reload_conf()")
    time.sleep(0.5)  # the reload is a signal
    with psycopg.connect(f"host={server.socket} user=postgres dbname=postgres") as connection:
        told = {name: connection.execute(f"SHOW {name}").fetchone() for name in wanted}
    assert all(value == ("on",) for value in told.values()), told
