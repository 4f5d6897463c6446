"""A Chromium whose microphone hears a sound, and somebody who records prompts with it."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from ivr.audio.resample import resample
from ivr.audio.wav import read_wav
from tests.browser import chromium

RATE = 48_000
GAP, COUNTED, STILL = 4.0, 2.1, 0.7
"""Seconds between two times that the microphone hears the sound, of the count-in, and without a voice after its end."""
WATCH = """
    () => {
        if (window.lastVoice !== undefined) return;
        window.lastVoice = -Infinity;
        const look = () => {
            const level = Number(document.getElementById("level").getAttribute("aria-valuenow"));
            if (level > -45) window.lastVoice = performance.now();
            requestAnimationFrame(look);
        };
        look();
    }
"""
SINCE = """
    ([least, most]) => {
        const since = (performance.now() - window.lastVoice) / 1000;
        return since >= least && since <= most;
    }
"""


@contextmanager
def microphone(sound: Path, folder: Path) -> Iterator[Browser]:
    """Hears this sound (a WAV file of ours) again and again, with a pause in between."""
    samples, rate = read_wav(sound.read_bytes())
    file = folder / "microphone.wav"
    quiet = np.random.default_rng(1).integers(-3, 4, int(GAP * RATE), dtype=np.int16)
    with wave.open(str(file), "wb") as written:
        written.setparams((1, 2, RATE, 0, "NONE", ""))
        written.writeframes(np.concatenate([quiet, resample(samples, rate, RATE)]).tobytes())
    flags = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={file}")
    with chromium.running(*flags) as browser:
        yield browser


def switch_on(page: Page) -> None:
    """The microphone; the page must have been opened with permissions=["microphone"]."""
    page.locator("#record").click()
    expect(page.locator("#booth")).to_have_attribute("data-state", "ready")


def record_take(page: Page) -> None:
    """One take of the text that is shown: the whole sound, with a pause before and after it."""
    before = page.locator("#takes > li").count()
    counted = COUNTED if page.locator("#count-in").is_checked() else 0.0
    since_voice(page, STILL, GAP - counted - 0.6)
    page.locator("#record").click()
    expect(page.locator("#booth")).to_have_attribute("data-state", "recording")
    since_voice(page, 0, 0.1)
    since_voice(page, STILL, GAP)
    page.locator("#record").click()
    expect(page.locator("#takes > li")).to_have_count(before + 1)


def keep(page: Page) -> int:
    """Sends the chosen take; its id once it was checked."""
    known = page.locator("#recorded li").first
    last = known.get_attribute("id") if known.count() else ""
    page.locator("#keep").click()
    newest = page.locator("#recorded li:first-child:not([data-take-state=waiting])")
    expect(newest).not_to_have_id(last or "none")
    return int((newest.get_attribute("id") or "").removeprefix("take-"))


def since_voice(page: Page, least: float, most: float) -> None:
    """Waits until the meter showed the last voice so many seconds ago."""
    page.evaluate(WATCH)
    page.wait_for_function(SINCE, arg=[least, most], polling=20)
