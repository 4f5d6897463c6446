"""What of an address may be shown, logged and stored."""

from urllib.parse import urlsplit


def public(url: str) -> str:
    """An address without who asks, and without what stands behind its question mark: both may be secrets."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # of “https://me:a/b@host” the password is no port
    except ValueError:
        return "an address"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}"
