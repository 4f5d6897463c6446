"""`python -m tests.bench.live_server FOLDER`: a helpline whose callers may speak; its lateness goes to a file."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from ivr.app import application
from ivr.channels.live import switchboard
from ivr.channels.live.switchboard import Switchboard
from ivr.server import serve_forever
from ivr.speech.recognizer import recognizer
from tests import livehouse
from tests.databases import migrated_sqlite
from tests.speech import korean


def main(folder: Path) -> None:
    """Serves until told to stop."""
    migrated_sqlite(folder / "hamrah.db")
    port = {"IVR_PORT": os.environ["IVR_PORT"], "IVR_SPEECH": "on", "IVR_LIVE_CALLS": "2000"}
    made = livehouse.house(folder, f"sqlite:///{folder}/hamrah.db", time.time, **port)
    recognizer(made.settings.data_dir / "models", korean.NAME)  # before the first call
    late: list[float] = []
    watch_lateness(late)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server raises it again when it has ended
    try:
        serve_forever(application(made), made.settings)
    finally:
        (folder / "lateness.json").write_text(json.dumps(late))


def watch_lateness(late: list[float]) -> None:
    """Every time that the loop is asked whether it is late is kept."""
    look = Switchboard._look

    def looked(board: Switchboard, loop: object, due: float | None) -> None:
        if due is not None:
            late.append(loop.time() - due)  # type: ignore[attr-defined]
        look(board, loop, due)  # type: ignore[arg-type]

    Switchboard._look = looked  # type: ignore[method-assign, assignment]
    switchboard.LATE = 60.0  # how much it carries is measured here, not refused


if __name__ == "__main__":
    main(Path(sys.argv[1]))
