"""Live calls: how many are held while each word is answered in time, beside a server that decodes every frame."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ivr.speech.listener import Tuning
from tests.bench.live_callers import Waited, calls

STEPS, PEER_STEPS = (5, 40, 80, 100, 120), (5, 15, 25, 35, 45)
SECONDS, MARGIN = 24.0, 0.150


@dataclass(frozen=True)
class Load:
    """One step: so many calls, what they waited (seconds), megabytes of the server, how late its loop was (seconds)."""

    calls: int
    waited: Waited
    megabytes: float
    late: list[float]

    def at(self, taken: list[float], share: float) -> float:
        """A percentile in milliseconds; a word that was never answered took for ever."""
        missing = self.waited.asked - len(self.waited.voice) if taken is self.waited.voice else 0
        every = sorted(taken) + [float("inf")] * max(0, missing - self.calls)  # the last word may be cut off by the end
        return every[int(len(every) * share)] * 1000 if every else float("inf")


@contextmanager
def server(module: str, *words: str) -> Iterator[tuple[str, int]]:
    """A server in a process of its own; its address and its id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, *(words or (str(port),))]
    process = subprocess.Popen(command, env={**os.environ, "IVR_PORT": str(port)}, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def megabytes(pid: int) -> float:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def ours() -> list[Load]:
    """Each step on a fresh server, until one is not held."""
    found: list[Load] = []
    for count in STEPS:
        with tempfile.TemporaryDirectory(prefix="hamrah-live-") as folder:
            with server("tests.bench.live_server", folder) as (base, pid):
                ready(base)
                waited = asyncio.run(calls(base, count, SECONDS))
                size = megabytes(pid)
            late = sorted(json.loads((Path(folder) / "lateness.json").read_text()))
        found.append(Load(count, waited, size, late))
        if not held(found[-1], silence()):
            break
    return found


def ready(base: str) -> None:
    """Until a call is listened to: the model was loaded before the server began, its thread may not have run."""
    from tests.bench.live_callers import rung  # noqa: PLC0415

    async def once() -> bool:
        async with httpx.AsyncClient(base_url=base) as http:
            return await rung(http, 9999) is not None

    while not asyncio.run(once()):
        time.sleep(0.2)


def peer() -> list[Load]:
    """The same for the one that decodes every frame."""
    found: list[Load] = []
    for count in PEER_STEPS:
        with server("tests.bench.decode_all") as (base, pid):
            waited = asyncio.run(calls(base, count, SECONDS, streams=False))
            found.append(Load(count, waited, megabytes(pid), []))
        if not held(found[-1], found[0].at(found[0].waited.voice, 0.5) / 1000):
            break
    return found


def silence() -> float:
    """Seconds without a voice that end an utterance."""
    return Tuning().silence


def held(load: Load, wait: float) -> bool:
    """Whether p95 from the end of speech stays under what it waits anyhow and 150 ms."""
    return load.waited.refused == 0 and load.at(load.waited.voice, 0.95) < (wait + MARGIN) * 1000


def main() -> None:
    """Prints both, step by step."""
    mine, theirs = ours(), peer()
    wait = silence()
    limit = 1000 * (wait + MARGIN)
    print(f"live calls, 20 ms frames, a word every 4 s and a key between; p95 must stay under {limit:.0f} ms")
    for load in mine:
        print(f"  {_spoken(load, 'sound')}, {_rest(load)}")
    print("  decoding every frame, the decoder's own endpoint:")
    for load in theirs:
        print(f"  {_spoken(load, 'answer')}, {load.megabytes:4.0f} MB")
    best = max((load.calls for load in mine if held(load, wait)), default=0)
    base = theirs[0].at(theirs[0].waited.voice, 0.5) / 1000
    other = max((load.calls for load in theirs if held(load, base)), default=0)
    print(f"  held: {best} (aim >= 100 on two cores), the other {other}: ratio {best / max(other, 1):.1f} (aim >= 3)")


def _spoken(load: Load, to: str) -> str:
    voice = load.waited.voice
    answered = f"{len(voice)} of {load.waited.asked} words answered"
    took = f"p50 {load.at(voice, 0.5):5.0f} p95 {load.at(voice, 0.95):6.0f} ms"
    return f"{load.calls:4} calls: speech to {to} {took}, {answered}"


def _rest(load: Load) -> str:
    late = load.late[int(len(load.late) * 0.99)] * 1000 if load.late else 0
    key, first = load.at(load.waited.key, 0.95), load.at(load.waited.first, 0.95)
    return (
        f"key to clear p95 {key:4.0f} ms, first sound p95 {first:4.0f} ms, "
        f"loop late p99 {late:3.0f} ms, {load.megabytes:4.0f} MB"
    )


if __name__ == "__main__":
    main()
