"""On what it was measured: a figure without its machine says nothing."""

import os
import platform
import re
import sqlite3
import time
from pathlib import Path
from statistics import median


def described(folder: Path) -> list[str]:
    """Cores, processor, load, versions, and how long one durable write takes in this folder."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*:\s*(.*)", info.read_text()) if info.exists() else None
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"{os.cpu_count()} cores, {model[1] if model else platform.machine()}, load before {load}",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"fsync of 4 kB: median {fsync(folder) * 1000:.2f} ms",
    ]


def fsync(folder: Path) -> float:
    """Seconds, the median of many."""
    taken = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(200):
            start = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - start)
    return median(taken)
