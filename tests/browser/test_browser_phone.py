"""The phone in a browser that hears a sound: frames, keys and marks reach the other end, and what that says is seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.audio import mulaw
from ivr.audio.wav import wav_bytes
from tests import databases, livehouse
from tests.browser import recording
from tests.browser.conftest import PUBLIC, Office, office_of, opened_office, until
from tests.browser.dialling import FRAME, Exchange
from tests.browser.looking import NARROW, SMALL, TWO, WIDE, picture, violations
from tests.speech import korean
from tests.web.people import Clock

MICROPHONE = {"permissions": ["microphone"]}
HEARD = livehouse.MOTHER
"""What the microphone hears again and again."""
ENCODED = """
    async (address) => {
        const { DECODED, encode } = await import(address);
        const all = Array.from({ length: 65536 }, (_, n) => encode((n - 32768) / 32768));
        return [all, [...DECODED].map((sample) => sample * 32768)];
    }
"""
RESAMPLED = """
    async ([address, from, to, tones]) => {
        const { Resampler } = await import(address);
        return tones.map((tone) => {
            const filter = new Resampler(from, to);
            const out = [];
            for (let n = 0; n < from; n += 1) {
                const count = filter.push(Math.sin((2 * Math.PI * tone * n) / from));
                for (let made = 0; made < count; made += 1) out.push(filter.made[made]);
            }
            const middle = out.slice(to / 4, (3 * to) / 4);
            return [out.length, Math.sqrt((2 * middle.reduce((sum, one) => sum + one * one, 0)) / middle.length)];
        });
    }
"""


@dataclass
class Desk:
    """An office whose server takes calls of browsers."""

    office: Office
    exchange: Exchange

    def open(self, language: str = "en", role: str = "aidant", **options: Any) -> Page:
        page = self.office.open(role, language, **options)
        page.goto(self.office.base + "/phone")
        expect(page.locator("#phone")).to_be_visible()
        return page

    def call(self, page: Page) -> None:
        """Rings, and is answered."""
        page.locator("#call").click()
        until(lambda: self.exchange.of("start"))
        self.exchange.turn(captions=["Bonjour."], keys="12#")
        expect(page.locator("#phone")).to_have_attribute("data-state", "talking")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("microphone")
    (folder / "word.wav").write_bytes(wav_bytes(korean.spoken(HEARD)))
    with recording.microphone(folder / "word.wav", folder) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, browser: Browser) -> Iterator[Desk]:
    exchange = Exchange()

    def dress(app: Any) -> None:
        site = next(route for route in app.routes if hasattr(route, "page")).endpoint.site
        object.__setattr__(site, "ring", exchange.ring)
        app.router.routes.insert(0, exchange.route())

    with opened_office(tmp_path, browser, dress) as office:
        yield Desk(office, exchange)


@pytest.fixture
def listening(tmp_path: Path, browser: Browser) -> Iterator[Office]:
    """A helpline that is rung by browsers, and understands the one language that tests can hear."""
    (tmp_path / "data").mkdir()
    databases.migrated_sqlite(tmp_path / "live.db")
    (tmp_path / "heard").mkdir()
    korean.ear(tmp_path / "heard")  # this process has its model now, so that nobody waits for it
    clock, url = Clock(), f"sqlite:///{tmp_path}/live.db"
    joined = livehouse.house(tmp_path, url, clock, IVR_PUBLIC_URL=PUBLIC, IVR_SPEECH="on")
    with office_of(joined, clock, browser) as office:
        yield office


def test_a_word_into_the_microphone_reaches_the_next_menu(listening: Office, axe: str) -> None:
    page = listening.open("aidant", "fr", width=WIDE, **MICROPHONE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(listening.base + "/phone")
    page.locator("#mic").click()
    page.locator("#call").click()
    expect(page.locator("[data-digit='1']")).to_have_class("btn live")
    page.keyboard.press("1")  # the language; what the microphone hears would not be one
    expect(page.locator("#node")).to_have_text("main")
    page.locator("#mic").click()
    expect(page.locator("#node")).to_have_text("family")
    expect(page.locator("#said .heard[data-by=voice]")).to_contain_text([HEARD])
    picture(page, f"browser-phone-spoken-fr-{WIDE}-light")
    assert violations(page, axe) == []
    page.locator("[data-digit='1']").click()
    expect(page.locator("#node")).to_have_text("tale")
    page.locator("#call").click()
    expect(page.locator("#state")).to_have_text("Vous avez raccroché.")
    assert wrong == []


@pytest.mark.parametrize(("language", "width", "scheme"), TWO)
def test_the_helpline_itself_is_walked_by_keys(
    office: Office, axe: str, language: str, width: int, scheme: str
) -> None:
    page = office.open("admin", language, width=width, color_scheme=scheme, **MICROPHONE)
    page.goto(office.base + "/phone")
    page.locator("#call").click()
    spoken = office.joined.shelf.current().content.tongues
    expect(page.locator("#said p")).not_to_have_count(0)
    for tongue in spoken:
        expect(page.locator(f"#said p[lang={tongue.code}]").first).to_have_attribute("dir", tongue.direction)
    first = page.locator("#node").inner_text()
    page.keyboard.press("2")
    expect(page.locator("#node")).not_to_have_text(first)
    expect(page.locator("#said .heard")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL) == []
    picture(page, f"browser-phone-{language}-{width}-{scheme}")
    assert violations(page, axe) == []
    page.locator("#call").click()
    expect(page.locator("#phone")).to_have_attribute("data-state", "idle")


def tone(seconds: float) -> bytes:
    at = np.arange(int(8000 * seconds)) / 8000
    return mulaw.encode((8000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16))


def alike(heard: np.ndarray, said: np.ndarray) -> float:
    """The best likeness of two sounds' loudness over time, wherever one lies in the other."""
    first, second = (np.abs(one.astype(float))[: len(one) // 80 * 80].reshape(-1, 80).mean(1) for one in (heard, said))
    return max(
        float(np.corrcoef(first[at : at + len(second)], second)[0, 1])
        for at in range(max(1, len(first) - len(second)))
        if first[at : at + len(second)].std() > 0
    )


def begins_as_a_stream_does(exchange: Exchange) -> None:
    connected, start = exchange.heard[:2]
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["start"]["customParameters"] == {"token": "token-1"}
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    assert (start["start"]["callSid"], start["start"]["streamSid"]) == ("call-1", start["streamSid"])
    assert "hamrah" in exchange.cookies


def counts_its_frames(exchange: Exchange) -> None:
    frames = exchange.of("media")
    assert {len(frame["media"]["payload"]) for frame in frames} == {len(base64_of(FRAME))}
    assert [frame["media"]["chunk"] for frame in frames] == [str(n) for n in range(1, len(frames) + 1)]
    assert [frame["sequenceNumber"] for frame in frames[:3]] == ["2", "3", "4"]
    assert [frame["media"]["timestamp"] for frame in frames[:3]] == ["0", "20", "40"]


def test_a_call_is_spoken_keyed_shown_and_hung_up(desk: Desk, axe: str) -> None:
    page, exchange = desk.open("en", width=WIDE, **MICROPHONE), desk.exchange
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    desk.call(page)
    begins_as_a_stream_does(exchange)
    said = korean.spoken(HEARD)
    until(lambda: len(exchange.sound) > 8000 * (recording.GAP + 2 * len(said) / 8000 + 1))
    assert alike(mulaw.decode(exchange.sound), said) > 0.7
    counts_its_frames(exchange)

    page.locator("[data-digit='1']").click()
    page.keyboard.press("5")
    page.keyboard.press("#")
    until(lambda: len(exchange.of("dtmf")) == 3)
    assert [key["dtmf"] for key in exchange.of("dtmf")] == [
        {"track": "inbound_track", "digit": digit} for digit in "15#"
    ]

    exchange.turn(
        n=2, node="papers", language="fa", captions=["سلام", {"text": "Au revoir", "language": "fr"}], keys="1"
    )
    exchange.understood("carte de séjour", 0.87)
    row = page.locator("#said [data-node=papers]")
    expect(row.locator("p").nth(0)).to_have_attribute("dir", "rtl")
    expect(row.locator("p").nth(1)).to_have_attribute("dir", "ltr")
    expect(page.locator("#said .heard")).to_contain_text("87%")
    expect(page.locator("#node")).to_have_text("papers")
    expect(page.locator("[data-digit='1']")).to_have_class("btn live")
    expect(page.locator("#listens")).to_have_text("It listens: speak, or press a key.")
    picture(page, f"browser-phone-call-en-{WIDE}-light")
    assert violations(page, axe) == []
    page.locator("#call").click()
    until(lambda: exchange.of("stop"))
    expect(page.locator("#state")).to_have_text("You hung up.")
    assert wrong == []


def base64_of(count: int) -> str:
    return "x" * (-(-count // 3) * 4)


def test_marks_come_back_when_the_sound_before_them_was_played_and_at_once_when_it_is_dropped(desk: Desk) -> None:
    page, exchange = desk.open(**MICROPHONE), desk.exchange
    desk.call(page)
    exchange.mark("nothing before it")
    until(lambda: exchange.of("mark"))

    before = len(exchange.of("media"))
    exchange.say(tone(0.5))
    exchange.mark("half a second")
    exchange.say(tone(0.5))
    exchange.mark("a second")
    until(lambda: len(exchange.of("mark")) == 3)
    positions = [n for n, message in enumerate(exchange.heard) if message["event"] == "mark"]
    frames = [sum(message["event"] == "media" for message in exchange.heard[: positions[n]]) - before for n in (1, 2)]
    assert [message["mark"]["name"] for message in exchange.of("mark")][1:] == ["half a second", "a second"]
    assert 20 <= frames[0] < frames[1]
    assert frames[1] >= 45  # the same clock counts what is sent and what is played: 50 frames are a second

    exchange.say(tone(60))
    exchange.mark("never heard to its end")
    exchange.clear()
    until(lambda: len(exchange.of("mark")) == 4)

    exchange.say(tone(0.4))
    exchange.turn(node="end", ending="hang_up", captions=["Adieu."])
    exchange.hang_up()
    expect(page.locator("#state")).to_have_text("The helpline ended the call.")
    expect(page.locator("#call-text")).to_have_text("Call")


def test_without_a_microphone_the_call_goes_on_by_keys_in_silence(desk: Desk) -> None:
    page, exchange = desk.open("fa_AF", width=NARROW), desk.exchange
    desk.call(page)
    expect(page.locator("#trouble")).to_contain_text("مایکروفون اجازه نیافت")
    expect(page.locator("#mic")).to_have_attribute("aria-checked", "false")
    until(lambda: len(exchange.sound) > 8000)
    assert set(exchange.sound) == {0xFF}
    page.locator("[data-digit='*']").click()
    until(lambda: exchange.of("dtmf"))
    exchange.hang_up()
    expect(page.locator("#state")).to_have_text("خط قطع شد. دوباره زنگ بزنید.")


def test_a_phone_on_the_desk_says_what_is_wrong_and_can_ring_again(desk: Desk) -> None:
    page, exchange = desk.open("en", "stranger", **MICROPHONE), desk.exchange  # a trial on this machine is open
    page.context.set_offline(True)
    page.locator("#call").click()
    expect(page.locator("#trouble")).to_contain_text("does not answer")
    page.context.set_offline(False)
    page.locator("#release").evaluate("(list) => list.add(new Option('gone', '0123456789abcdef', true, true))")
    page.locator("#call").click()
    expect(page.locator("#trouble")).to_contain_text("not kept any more")
    page.locator("#release").select_option(index=0)
    page.locator("#mic").click()
    desk.call(page)
    assert exchange.rung == [None]
    expect(page.locator("#trouble")).to_be_hidden()
    until(lambda: len(exchange.sound) > 4000)
    assert set(exchange.sound) == {0xFF}  # switched off before the call
    page.locator("#mic").click()
    expect(page.locator("#mic")).to_have_attribute("aria-checked", "true")
    until(lambda: set(exchange.sound) != {0xFF})
    page.close(run_before_unload=True)
    until(lambda: exchange.of("gone"))


def test_the_telephone_is_the_same_in_the_browser_and_here(desk: Desk) -> None:
    page = desk.open()
    address = page.evaluate("document.querySelector('script[src$=\"phone.js\"]').src").replace(
        "phone.js", "phone-worklet.js"
    )
    encoded, decoded = page.evaluate(ENCODED, address)
    every = np.arange(-32768, 32768).astype(np.int16)
    assert bytes(encoded) == mulaw.encode(every)
    assert decoded == mulaw.decode(bytes(range(256))).tolist()

    for rate in (48_000, 44_100, 16_000):
        heard = page.evaluate(RESAMPLED, [address, rate, 8000, [300, 1000, 3000, 4400, 7000]])
        assert all(abs(count - 8000) <= 1 for count, _ in heard)
        loud = [level for _, level in heard]
        assert all(0.97 < level < 1.03 for level in loud[:3]), rate
        assert all(level < 0.003 for level in loud[3:]), rate  # 50 dB down: nothing folds back into the voice
    for count, loud in page.evaluate(RESAMPLED, [address, 8000, 44_100, [300, 1000, 3000]]):
        assert abs(count - 44_100) <= 6
        assert 0.97 < loud < 1.03
