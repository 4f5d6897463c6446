"""In front of every webhook: how much is read, and who signed it."""

import logging
from collections.abc import Awaitable, Callable

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ivr.channels.twilio import parse
from ivr.channels.twilio.signature import Signature
from ivr.errors import BadInput, Forged, TooLarge

log = logging.getLogger("ivr.twilio")

XML = "text/xml"

Handler = Callable[[Request, parse.Fields], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Guard:
    """Lets only what the owner of the token signed reach a handler; `base` is our public address."""

    def __init__(self, auth_token: str, base: str) -> None:
        self._signature = Signature(auth_token, base)

    def __call__(self, handler: Handler) -> Endpoint:
        """The handler with its guard."""

        async def endpoint(request: Request) -> Response:
            try:
                fields = parse.form_fields(await _body(request))
                self._check_signature(request, fields)
                return await handler(request, fields)
            except TooLarge as error:
                return _refused(request, 413, error)
            except Forged as error:
                return _refused(request, 403, error)
            except (BadInput, ClientDisconnect) as error:
                return _refused(request, 400, error)

        return endpoint

    def _check_signature(self, request: Request, fields: parse.Fields) -> None:
        """Against the configured public address: what a proxy in front of us calls itself does not matter."""
        query = request.scope["query_string"].decode("latin-1")
        target = f"{request.scope['path']}?{query}" if query else request.scope["path"]
        if not self._signature.fits(target, fields, request.headers.get("x-twilio-signature", "")):
            raise Forged("the signature does not fit")


def xml(document: str, afterwards: BackgroundTask | None = None) -> Response:
    """A document as the answer."""
    return Response(document, media_type=XML, background=afterwards)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > parse.MOST_BYTES:
            raise TooLarge(f"more than {parse.MOST_BYTES} bytes")
    return body


def _refused(request: Request, status: int, why: Exception) -> Response:
    log.warning("refused", extra={"path": request.url.path[:120], "status": status, "why": str(why)})
    return Response(f"{why}\n", status, media_type="text/plain")
