"""A tiny application whose answers a test writes down; it refuses any webhook whose signature the vendor rejects."""

import io
import threading
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

Reply = str | bytes | int | Response | Callable[[Mapping[str, str]], "Reply"]
"""The inside of a <Response>, a whole body, a status, a finished answer, or what makes one of these from the form."""


@dataclass
class Scripted:
    """`replies[path]` answers; `forms` are the forms that came, with their path under "path"."""

    public_url: str
    auth_token: str
    replies: dict[str, Reply]
    forms: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Starlette:
        """The application itself."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        path, query = request.url.path, request.scope["query_string"].decode()
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        if request.headers.get("x-twilio-signature") is not None or request.method == "POST":
            url = self.public_url + path + (f"?{query}" if query else "")
            if not RequestValidator(self.auth_token).validate(
                url, _Form(form), request.headers.get("x-twilio-signature", "")
            ):
                return Response("bad signature", 403)
        flat = {key: value for key, value in (*request.query_params.items(), *form)}
        with self.lock:
            self.forms.append({"path": path, **flat})
        return await run_in_threadpool(_response, self.replies.get(path, 404), flat)

    def forms_at(self, path: str) -> list[dict[str, str]]:
        """The forms that came to one path."""
        return [form for form in self.forms if form["path"] == path]


class _Form(dict[str, list[str]]):
    """What the vendor's validator wants of a form: iteration over names and getlist."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _response(reply: Reply, form: Mapping[str, str]) -> Response:
    if callable(reply) and not isinstance(reply, Response):
        return _response(reply(form), form)
    if isinstance(reply, str):
        body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{reply}</Response>'
        return Response(body, media_type="text/xml")
    if isinstance(reply, bytes):
        return Response(reply, media_type="text/xml")
    return Response(status_code=reply) if isinstance(reply, int) else reply


def tone(seconds: float = 0.1, rate: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """A silent wav of the wanted shape."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes(int(seconds * rate) * channels * width))
    return out.getvalue()
