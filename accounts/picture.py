"""A person's picture, fetched from Google by the server: their browser never asks Google for it."""

from contextlib import suppress
from urllib.parse import urlsplit

import requests
from django.core.cache import cache
from urllib3.exceptions import HTTPError

from accounts.errors import CACHE_AWAY

HOST = ".googleusercontent.com"
LARGEST_BYTES = 512 * 1024
TIMEOUT_S = 3
KEPT_S = 24 * 3600
# The last while the answer is read: it broke off, or is not what it says it is.
AWAY = (requests.RequestException, OSError, HTTPError)
KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif")


def picture_of(user) -> tuple[bytes, str] | None:
    """Bytes and kind of the picture; nothing when there is none, or Google does not give it."""
    if not may_be_fetched(user.picture):
        return None
    key = f"picture:{user.pk}:{user.picture}"
    try:
        found = cache.get(key)
    except CACHE_AWAY:
        return _fetch(user.picture)
    if found is None:
        found = _fetch(user.picture)
        with suppress(*CACHE_AWAY):
            cache.set(key, found or (), KEPT_S)
    return found or None


def may_be_fetched(address: str) -> bool:
    """Whether the address is one of Google's pictures."""
    parts = urlsplit(address)
    return parts.scheme == "https" and (parts.hostname or "").endswith(HOST)


def _fetch(address: str) -> tuple[bytes, str] | None:
    try:
        with requests.get(address, timeout=TIMEOUT_S, stream=True, allow_redirects=False) as answer:
            kind = answer.headers.get("Content-Type", "").split(";")[0]
            content = answer.raw.read(LARGEST_BYTES + 1, decode_content=True)
    except AWAY:
        return None
    fine = answer.status_code == 200 and kind in KINDS and len(content) <= LARGEST_BYTES
    return (content, kind) if fine else None
