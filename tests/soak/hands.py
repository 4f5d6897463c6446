"""`python -m tests.soak.hands serve|work OUTSIDE`: the real server or worker, with two kinds of job more."""

import dataclasses
import os
import random
import sys
from pathlib import Path

from ivr.app import Parts, application, parts, worker
from ivr.observing import log_as_json
from ivr.server import serve_forever
from ivr.settings import load
from ivr.worker import work_until_told
from tests import errands

SECONDS = 0.5
"""A job takes up to that before its effect and again after it: a kill seldom finds nobody at work."""


def joined(outside: Path) -> Parts:
    """The helpline of the environment; its jobs have effects outside."""
    made = parts(load(os.environ))
    handle = errands.effect(outside, lambda: random.uniform(0, SECONDS), lambda: random.uniform(0, SECONDS))
    return dataclasses.replace(made, kinds={**made.kinds, **errands.kinds(handle)})


def main(role: str, outside: str) -> None:
    """Serves or works until it is told to stop."""
    made = joined(Path(outside))
    log_as_json()
    if role == "serve":
        serve_forever(application(made), made.settings)
        return
    work_until_told(worker(made))


if __name__ == "__main__":
    main(*sys.argv[1:])
