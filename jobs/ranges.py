"""Answering a request for a part of a file, which players need for seeking."""

import re
from pathlib import Path

from django.http import FileResponse, HttpResponse

# Of no file are there more bytes than 18 digits can tell; longer numbers are nonsense.
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class _Part:
    """The bytes ``start`` to ``stop`` (not included) of an open file, as a file."""

    def __init__(self, file, start: int, stop: int) -> None:
        file.seek(start)
        self._file, self._left = file, stop - start
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        data = self._file.read(size)
        self._left -= len(data)
        return data


def ranged_response(request, path: Path, *, content_type: str) -> HttpResponse:
    """The file at ``path``, whole (200), the one range asked for (206), or 416 beyond its end.

    As RFC 9110 section 14 has it; several ranges at once, or nonsense, answer the whole file.

    Raises
    ------
    FileNotFoundError
        When there is no file at ``path``.
    """
    size = path.stat().st_size
    start, stop = 0, size
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked and any(asked.groups()):
        first, last = asked.groups()
        if first:
            start, stop = int(first), min(int(last or size) + 1, size)
        else:
            start = max(size - int(last), 0)
        if start >= stop:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = FileResponse(
        _Part(path.open("rb"), start, stop),
        status=206 if asked and any(asked.groups()) else 200,
        content_type=content_type,
        headers={"Accept-Ranges": "bytes", "Content-Length": str(stop - start)},
    )
    if response.status_code == 206:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response
