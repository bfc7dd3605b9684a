"""Bytes that lie elsewhere, over HTTP: whole or one range of them, piece by piece, never all in memory.

As RFC 9110 says of ``Range``: one range gives 206, one that lies outside gives 416; several, a unit other than bytes
and nonsense are not looked at, and neither is a range whose ``If-Range`` names other bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from starlette.responses import Response, StreamingResponse

PIECE = 1 << 20
"""Bytes in memory per request that is answered."""

_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)


class Bytes(Protocol):
    """Bytes that can be asked for by range."""

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def read(self, start: int, end: int) -> bytes:
        """Those from ``start`` to ``end``, half open. May take its time: it is called in a thread."""
        ...


def wanted_range(headers: Mapping[str, str], size: int, etag: str) -> tuple[int, int] | None:
    """What a GET asks for, half open; None for the whole. An empty range means that there is no such one."""
    asked = _RANGE.fullmatch(headers.get("range", ""))
    if asked is None or headers.get("if-range", etag).strip() != etag:
        return None
    first, last = asked.groups()
    if not first:
        # The last so many bytes; "bytes=-" says nothing.
        return (max(0, size - int(last)), size) if last else None
    start, end = int(first), int(last) + 1 if last else size
    if last and end <= start:
        return None
    return (start, min(end, size)) if start < size else (size, size)


def ranged(method: str, headers: Mapping[str, str], found: Bytes, etag: str, said: Mapping[str, str]) -> Response:
    """The answer to GET or HEAD. ``said``: headers for every answer; a HEAD reads no byte."""
    size = found.size
    common = {**said, "ETag": etag, "Accept-Ranges": "bytes"}
    asked = wanted_range(headers, size, etag) if method == "GET" else None
    if asked is not None and asked[0] >= asked[1]:
        return Response(status_code=416, headers={**common, "Content-Range": f"bytes */{size}"})
    start, end = asked or (0, size)
    common["Content-Length"] = str(end - start)
    if asked is not None:
        common["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if method == "HEAD":
        return Response(headers=common)
    # Starlette takes each piece of a plain generator in a thread: nobody else waits for the network meanwhile.
    return StreamingResponse(_pieces(found, start, end), status_code=200 if asked is None else 206, headers=common)


def _pieces(found: Bytes, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, PIECE):
        yield found.read(at, min(at + PIECE, end))
