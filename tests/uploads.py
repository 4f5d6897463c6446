"""A worker process with an upload's jobs, for tests that kill it: `python -m tests.uploads`.

Leases are short, so that what a killed worker held is soon taken up by the next one.
"""

import dataclasses
import os

from ivr.actions import taking, uploading
from ivr.actions.jobs import Backoff
from ivr.app import Parts, parts, worker
from ivr.settings import load
from ivr.worker import work_until_told

LEASE = 5.0


def joined() -> Parts:
    """The helpline of the environment, with the kinds of an upload alone."""
    made = parts(load(os.environ))
    quick = {
        name: dataclasses.replace(made.kinds[name], lease=LEASE, attempts=1000, backoff=Backoff(0.01, 0.1))
        for name in (uploading.FILE, taking.TREAT)
    }
    return dataclasses.replace(made, kinds=quick)


if __name__ == "__main__":
    hands = worker(joined())
    os.write(1, b"ready\n")
    work_until_told(hands)
