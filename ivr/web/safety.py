"""What protects every page: headers, the token of forms, addresses that stay inside, and whose address it is."""

import hmac
import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MICROPHONE: Mapping[str, str] = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"
}
"""On the pages that record, instead."""
HSTS = "max-age=31536000"
OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")  # not //host, no backslash, nothing invisible


def form_token(cookie: str) -> str:
    """What a form carries to show that we wrote it: only who can read the cookie can make it."""
    return hmac.digest(cookie.encode(), b"a form of ours", "sha256").hex()


def is_ours(cookie: str, token: str) -> bool:
    """Whether a form came with the token of this cookie."""
    return hmac.compare_digest(form_token(cookie).encode(), token.encode())


def ringer(cookie: str) -> str:
    """Who rings from a browser: its page and its socket make the same name of the same cookie."""
    return hmac.digest(cookie.encode(), b"a call of ours", "sha256").hex()


def is_on_this_machine(request: Request) -> bool:
    """Whether a browser on this machine asks, by an address that names this machine, and through no tunnel or proxy."""
    if {"x-forwarded-for", "forwarded"} & set(request.headers.keys()):
        return False
    host = (request.url.hostname or "").strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def own_path(wanted: str) -> str:
    """The path to go on to, if it is one of this server; else the start page."""
    return wanted if OWN_PATH.fullmatch(wanted) else "/"


def came_from(referer: str) -> str:
    """The page of ours that they came from; the start page when it is none, or no address at all."""
    try:
        back = urlsplit(referer)
    except ValueError:
        return "/"
    return own_path(f"{back.path}?{back.query}" if back.query else back.path)


def address(request: Request, proxies: int) -> str:
    """Who asks: an IPv4 address or an IPv6 /64; each proxy of ours appends whom it heard to X-Forwarded-For."""
    heard = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    found = request.client.host if request.client else ""
    if proxies and len(heard) >= proxies:
        found = heard[-proxies]
    try:
        known = ipaddress.ip_address(found)
    except ValueError:
        return "unknown"
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False))
