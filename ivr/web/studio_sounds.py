"""Takes as sounds and pictures, for admins: as they came and as they were treated, both as a telephone carries them."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.responses import Response

from ivr.audio import mulaw
from ivr.audio.samples import Samples
from ivr.audio.wav import read_wav, wav_bytes
from ivr.audio.waveform import peaks
from ivr.errors import Forged
from ivr.store import takes
from ivr.store.takes import State, Take
from ivr.voice.findings import Unusable
from ivr.voice.recordings import read
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page

COLUMNS, HALF = 300, 100
"""A drawing's width in lines, and half of its height."""
INK = "#1f8f87"  # a picture does not know whether its page is light or dark: this can be seen on both
LASTING = "private, max-age=86400"
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def before_sound(ask: Ask) -> Response:
    """The recording as it came."""
    return _ranged(ask, wav_bytes(_telephoned(_before(ask, _take(ask)))))


def after_sound(ask: Ask) -> Response:
    """What callers would hear."""
    return _ranged(ask, wav_bytes(_telephoned(_after(ask, _take(ask)))))


def before_picture(ask: Ask) -> Response:
    """The recording as it came, drawn."""
    return _picture(_before(ask, _take(ask)))


def after_picture(ask: Ask) -> Response:
    """What callers would hear, drawn."""
    return _picture(_after(ask, _take(ask)))


def drawn(samples: Samples) -> str:
    """A waveform as SVG, as wide and as high as its place."""
    lines = (
        f"M{column} {round(-high * HALF)}V{max(round(-low * HALF), round(-high * HALF) + 1)}"
        for column, (low, high) in enumerate(peaks(samples, COLUMNS))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {-HALF} {COLUMNS} {2 * HALF}" preserveAspectRatio="none">'
        f'<path d="{"".join(lines)}" stroke="{INK}" fill="none"/></svg>'
    )


def _take(ask: Ask) -> Take:
    with ask.reading() as tx:
        take = takes.find(tx, access.number(ask.request.path_params["id"]))
    if take is None or take.state is State.FORGOTTEN:
        raise access.NotThere
    return take


def _before(ask: Ask, take: Take) -> Samples:
    with TemporaryDirectory(prefix="hamrah-take-") as folder:
        path = Path(folder) / "original"
        try:
            path.write_bytes(ask.site.studio.vault.open(take.file))
            return read(path).before
        except (FileNotFoundError, Forged, Unusable):
            raise access.NotThere from None


def _after(ask: Ask, take: Take) -> Samples:
    path = ask.site.studio.sounds.path(take.sound or "")
    if path is None:
        raise access.NotThere
    return read_wav(path.read_bytes())[0]


def _telephoned(samples: Samples) -> Samples:
    return mulaw.decode(mulaw.encode(samples))


def _picture(samples: Samples) -> Response:
    return Response(drawn(samples), media_type="image/svg+xml", headers={"Cache-Control": LASTING})


def _ranged(ask: Ask, data: bytes) -> Response:
    """The sound, or the one part of it that a player asks for when somebody jumps in it."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": LASTING}
    found = RANGE.fullmatch(ask.request.headers.get("range", ""))
    if found is None or not any(found.groups()):
        return Response(data, media_type="audio/wav", headers=headers)
    first = int(found[1]) if found[1] else max(0, len(data) - int(found[2]))
    last = min(int(found[2]) if found[1] and found[2] else len(data) - 1, len(data) - 1)
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers |= {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
    return Response(data[first : last + 1], 206, media_type="audio/wav", headers=headers)


PAGES = (
    Page("/studio/takes/{id}/before.wav", access.ADMINS, before_sound),
    Page("/studio/takes/{id}/after.wav", access.ADMINS, after_sound),
    Page("/studio/takes/{id}/before.svg", access.ADMINS, before_picture),
    Page("/studio/takes/{id}/after.svg", access.ADMINS, after_picture),
)
