"""What a fuzzer sends: what is usual, and everything that has ever broken somebody's server."""

import string
from collections.abc import Sequence
from random import Random
from urllib.parse import quote, urlencode

MARK = "zq9-marked-zq9"
"""In every text that people type: it must never stand in a log."""

NUMBERS = [f"+3363998{n:04}" for n in range(40)] + [f"+3319900{n:04}" for n in range(10)]
ODD_NUMBERS = (
    "",
    "anonymous",
    "+266696687",
    "+12025550123",
    "+33899000000",
    "112",
    "sip:a@b",
    "+33",
    "+",
    "＋３３",
    "client:x",
)

EDGES = (
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "NaN",
    "9" * 19,
    "9" * 400,
    "00001",
    "٣",
    "１",
    "1;DROP TABLE calls",
    "' OR '1'='1",
    '"><script>alert(1)</script>',
    "{{7*7}}${7*7}%(x)s{0}%s%n",
    "../../../etc/passwd",
    "..%2f..%2f",
    "\\..\\",
    "\0",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "\ud7ff\ue000\ufffe\uffff",
    "\u202e\u2066\u200f",
    "پناهنده سلام",
    "é" * 300,
    "😀" * 50,
    "🏳️‍🌈",
    "a" * 5000,
    "x" * 70_000,
    "null",
    "None",
    "true",
    "[]",
    "{}",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "25:61",
    "//evil.example/",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\\evil.example",
)
BYTES = (
    b"",
    b"\xff\xfe\xfd",
    b"\xc3\x28",
    b"%",
    b"%zz=%",
    b"a=%00",
    b"=&=&=",
    b"&" * 500,
    b"{",
    b'{"a": [',
    b"\0" * 100,
)
KINDS = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=UTF-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "",
    "é/ü",
    "application/x-www-form-urlencoded" + ";" * 500,
)
HEADERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Accept", ("text/html", "*/*", "", "text/html;q=x", "application/json")),
    ("Accept-Language", ("fr", "fa", "xx-" * 200, "*", ";q=")),
    ("X-Forwarded-For", ("1.2.3.4", "::1", "not an address", "1.2.3.4, 5.6.7.8", "," * 200, "é")),
    ("X-Forwarded-Proto", ("https", "gopher")),
    ("User-Agent", ("", "x" * 3000, "é سلام".encode().decode("latin-1"), MARK)),
    ("Referer", ("", "https://help.example/staff", "//[", "http://[::1", "\x80\xff", "https://help.example/account?é")),
    ("Sec-Fetch-Site", ("cross-site", "same-origin", "none", "x")),
    ("Last-Event-ID", ("1", "-1", "x", "9" * 100, "é")),
    ("If-None-Match", ("*", '"x"', "x" * 500)),
    ("If-Modified-Since", ("x", "Thu, 01 Jan 1970 00:00:00 GMT")),
    ("Range", ("bytes=0-", "bytes=9-1", "bytes=-", "bytes=0-0,1-1", "x=1", "bytes=99999999999999999999-")),
    ("Content-Encoding", ("gzip", "br", "x")),
    ("Expect", ("100-continue",)),
    ("Upgrade", ("websocket", "h2c")),
    ("HX-Request", ("true", "x")),
    ("I-Twilio-Idempotency-Token", ("", "x", "é", "y" * 999)),
    ("X-Twilio-Signature", ("", "x", "é")),
    (
        "Cookie",
        ("", "=", ";;;", "hamrah-language=xx", "hamrah-language=\xff; hamrah-theme=''", "__Host-hamrah=x", "a" * 4000),
    ),
    ("Host", ("evil.example", "", "help.example:99999", "[::1")),
)


def text(random: Random) -> str:
    """Anything at all, most of it hostile."""
    found = random.randrange(10)
    if found < 6:
        return random.choice(EDGES)
    if found < 8:
        return f"{MARK} {random.choice(EDGES)[:200]}"
    pool = string.printable + "éپ😀\u202e\0"
    return "".join(random.choices(pool, k=random.randrange(40)))


def number(random: Random) -> str:
    """Mostly one that a caller has."""
    return random.choice(NUMBERS) if random.random() < 0.8 else random.choice(ODD_NUMBERS)


def headers(random: Random) -> list[tuple[str, str]]:
    """A few headers as no browser sends them."""
    return [(name, random.choice(values)) for name, values in random.sample(HEADERS, random.randrange(1, 4))]


def piece(random: Random, seen: Sequence[str]) -> str:
    """A part of a path: one that was seen, or one that nobody wrote. Never a phone number: a path is logged."""
    if seen and random.random() < 0.6:
        return quote(random.choice(seen), safe="")
    return quote(random.choice(EDGES)[:300].encode("utf-8", "surrogatepass"), safe=random.choice(("", "%", "/")))


def query(random: Random, names: Sequence[str]) -> str:
    """What stands behind the question mark."""
    pairs = [(random.choice((*names, "x")), text(random)[:2000]) for _ in range(random.randrange(4))]
    return form(pairs).decode()


def form(pairs: Sequence[tuple[str, str]]) -> bytes:
    """A form as browsers send it."""
    return urlencode(pairs, errors="surrogatepass").encode()


def body(random: Random, pairs: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    """A body and its kind, which fit each other at best by chance."""
    bodies = (*BYTES, form(pairs), form(pairs) * 40, random.randbytes(300), b"a=b&" * 300, b"x" * 70_000)
    return random.choice(bodies), random.choice(KINDS)
