"""A real Chromium, as the system packages it; where there is none and we may, it is installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "there is no Chromium: install the package `chromium`, or name one in CHROMIUM"


def found() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str:
    """The path of Chromium; as root on Debian it is installed when it is missing."""
    if (path := found()) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", "--quiet", *command], check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            )
        path = found()
    if path is None:
        raise FileNotFoundError(MISSING)
    return path


@contextmanager
def running(*flags: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(Path(install())), args=[*FLAGS, *flags], headless=True)
        try:
            yield browser
        finally:
            browser.close()
