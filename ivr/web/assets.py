"""Styles, scripts, icons and fonts, under an address that changes with their content: they may be kept for ever.

Our own lie in static/. What others made comes from npm packages: `ivr assets` copies it into assets/, never into git.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.directory import outlines
from ivr.errors import BadSetting

OWN = Path(__file__).parent / "static"
OTHERS = Path(__file__).parent / "assets"
FOR_EVER = "public, max-age=31536000, immutable"
MISSING = "The pages' styles and scripts are missing: run `npm ci` and then `ivr assets` (`make run` does both)."

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "tabler.css": ("@tabler/core/dist/css/tabler.min.css",),
    "tabler.rtl.css": ("@tabler/core/dist/css/tabler.rtl.min.css",),
    # One file: htmx begins as soon as it is loaded, and an extension that comes later is too late now and then.
    "htmx.js": ("htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"),
    "vazirmatn-400.woff2": ("@fontsource/vazirmatn/files/vazirmatn-arabic-400-normal.woff2",),
    "vazirmatn-700.woff2": ("@fontsource/vazirmatn/files/vazirmatn-arabic-700-normal.woff2",),
}
"""What `ivr assets` takes, by the name it gets; several are put one behind the other."""
ICONS = (
    "alert-triangle",
    "arrow-back-up",
    "bell",
    "calendar-event",
    "calendar-off",
    "calendar-week",
    "check",
    "chevron-left",
    "chevron-right",
    "circle-check",
    "clock",
    "copy",
    "device-laptop",
    "device-mobile",
    "eye",
    "gender-female",
    "hand-stop",
    "headset",
    "help",
    "history",
    "home",
    "hourglass",
    "key",
    "language",
    "list-check",
    "logout",
    "mail",
    "map-2",
    "map-pin",
    "message",
    "microphone",
    "pencil",
    "phone",
    "phone-call",
    "phone-off",
    "player-play",
    "player-track-next",
    "plus",
    "record-mail",
    "refresh",
    "repeat",
    "search",
    "shield-lock",
    "trash",
    "user",
    "user-off",
    "users",
)
SPRITE = "icons.svg"
MAP = "map.svg"


@dataclass(frozen=True)
class Assets:
    """Every file by its name."""

    files: Mapping[str, bytes]

    @cached_property
    def hash(self) -> str:
        """Of all of them: a style may name a font beside it, and both change their address together."""
        whole = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            whole.update(name.encode() + b"\0" + content)
        return whole.hexdigest()[:16]

    @property
    def whole(self) -> bool:
        """Whether what others made is there too."""
        return all(name in self.files for name in (*PACKAGES, SPRITE))

    def address(self, name: str) -> str:
        """Where a page finds this file."""
        return f"/static/{self.hash}/{name}"

    def route(self) -> Route:
        """The address of all of them. An older hash gets today's file, and may not keep it."""
        packed: dict[str, bytes] = {}

        async def asset(request: Request) -> Response:
            name = request.path_params["name"]
            content = self.files.get(name)
            if content is None:
                return Response("no such file\n", 404, media_type="text/plain")
            lasting = request.path_params["hash"] == self.hash
            headers = {"Cache-Control": FOR_EVER if lasting else "no-cache", "X-Content-Type-Options": "nosniff"}
            if "gzip" in request.headers.get("accept-encoding", "") and not name.endswith("woff2"):
                content = packed.setdefault(name, gzip.compress(content, mtime=0))
                headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(content, headers=headers, media_type=_type(name))

        return Route("/static/{hash}/{name}", asset, methods=["GET"])


@cache
def load(folders: tuple[Path, ...] = (OWN, OTHERS)) -> Assets:
    """All files of these folders, held in memory."""
    files = {path.name: path.read_bytes() for folder in folders for path in folder.glob("*") if path.is_file()}
    return Assets(files | _land())


def gather(packages: Path, into: Path = OTHERS) -> int:
    """Copies what the pages need out of node_modules; how many files. BadSetting when one is missing."""
    icons = packages / "@tabler" / "icons" / "icons" / "outline"
    try:
        taken = {
            name: b"\n".join((packages / source).read_bytes() for source in sources)
            for name, sources in PACKAGES.items()
        }
        drawn = "".join(_symbol(name, (icons / f"{name}.svg").read_text()) for name in ICONS)
    except FileNotFoundError as error:
        raise BadSetting(f"{error.filename} is missing: run `npm ci` first") from None
    into.mkdir(parents=True, exist_ok=True)
    for name, content in taken.items():
        (into / name).write_bytes(content)
    (into / SPRITE).write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>\n')
    return len(PACKAGES) + 1


def _land() -> dict[str, bytes]:
    """The outlines that set-up made, a symbol a territory; nothing before."""
    try:
        territories = outlines.load()
    except BadSetting:
        return {}
    drawn = "".join(
        f'<symbol id="{one.code}" viewBox="{one.view_box}">'
        f'<path vector-effect="non-scaling-stroke" d="{one.path}"/></symbol>'
        for one in territories
    )
    return {MAP: f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>\n'.encode()}


def _symbol(name: str, drawing: str) -> str:
    inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(inner.split())}</symbol>'


def _type(name: str) -> str:
    return "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0] or "application/octet-stream"
