"""Logs as JSON lines without personal data, and the figures that /metrics shows."""

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ivr.errors import BadSetting

SAID = (
    "call",
    "turn",
    "node",
    "result",
    "path",
    "status",
    "why",
    "code",
    "release",
    "sounds",
    "warnings",
    "job",
    "kind",
    "attempt",
    "outcome",
)
"""What a log line may carry beside its message: ids and places, never a number, a name or a keyed digit."""


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the fields of `SAID`; of an error its kind and place, not its values."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
            **{name: record.__dict__[name] for name in SAID if name in record.__dict__},
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = _place(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def _place(record: logging.LogRecord) -> list[str]:
    """File and line of each frame: an exception's own message may hold what a caller keyed."""
    trace = record.exc_info[2] if record.exc_info else None
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/ivr/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]


def log_as_json(level: int = logging.INFO) -> None:
    """Sends every log line to standard error as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # addresses hold sealed places, requests hold numbers: the servers' own lines about them are not wanted
    for name in ("uvicorn.access", "httpx", "twilio.http_client", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


@contextlib.contextmanager
def shown_at(address: str, registry: CollectorRegistry) -> Iterator[int]:
    """Shows the figures at `9100` (loopback) or `0.0.0.0:9100`, for a process that serves nothing else; the port."""
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]") or "127.0.0.1", registry)
    except OSError as error:
        raise BadSetting(f"IVR_WORKER_METRICS: nothing can listen on {address}: {error.strerror}") from None
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class CallsInProgress(Collector):
    """Asks how many calls are going on when it is looked at; says nothing while that cannot be known."""

    def __init__(self, count: Callable[[], int | None]) -> None:
        self._count = count

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauge, or nothing."""
        count = self._count()
        if count is not None:
            yield GaugeMetricFamily("ivr_calls_in_progress", "Calls that have not ended.", value=count)


class JobsNow(Collector):
    """Asks for jobs by state and for the seconds by which the longest waiting one is late, when it is looked at."""

    def __init__(self, look: Callable[[], tuple[Mapping[str, int], float] | None]) -> None:
        self._look = look

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Two gauges, or nothing while that cannot be known."""
        found = self._look()
        if found is None:
            return
        jobs = GaugeMetricFamily("ivr_jobs", "Jobs that are not done; the dead wait for a person.", labels=["state"])
        for state, count in found[0].items():
            jobs.add_metric([state], count)
        yield jobs
        yield GaugeMetricFamily("ivr_jobs_late_seconds", "How late the longest waiting job is.", value=found[1])


class Figures:
    """What is counted: turns by node and result, seconds of each webhook, jobs by kind and outcome, refusals."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("ivr_turns", "Turns answered.", ["node", "result"], registry=self.registry)
        self._jobs = Counter("ivr_jobs_ended", "Attempts at jobs.", ["kind", "outcome"], registry=self.registry)
        away = "Requests, calls and texts that were not let pass."
        self._turned_away = Counter("ivr_turned_away", away, ["kind", "reason"], registry=self.registry)
        bounds = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
        self._seconds = Histogram(
            "ivr_webhook_seconds", "Own time of a webhook.", ["kind"], buckets=bounds, registry=self.registry
        )

    def turn(self, kind: str, node: str, result: str, seconds: float) -> None:
        """Counts one answered webhook."""
        self._turns.labels(node, result).inc()
        self._seconds.labels(kind).observe(seconds)

    def turned_away(self, kind: str, reason: str) -> None:
        """Counts one request, call or text that a limit, the blocklist or its destination forbade."""
        self._turned_away.labels(kind, reason).inc()

    def job(self, kind: str, outcome: str) -> None:
        """Counts one attempt: done, again, dead, or lost to another worker."""
        self._jobs.labels(kind, outcome).inc()
