"""Films and their tables of times, by content hash. The type is the server's decision, never the file's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, Response

from videolect.oversight.desk import Desk
from videolect.web.ranges import Bytes, ranged


class Library(Protocol):
    """Where the bytes are."""

    def film(self, video_hash: str) -> Path | Bytes:
        """The file, or its bytes where they lie elsewhere; NotFound where there is none."""
        ...

    def stand_in(self, video_hash: str) -> str | None:
        """The hash of the MP4 that is shown in its place, as browsers do not play it; None: it is shown itself."""
        ...

    def said(self, video_hash: str) -> dict[str, Any]:
        """What the file says of itself, as ``video probe`` tells it; nothing where it was not kept."""
        ...

    def timeline(self, video_hash: str) -> dict[str, Any]:
        """The table of presentation timestamps of what is shown; NotFound where there is none."""
        ...


_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "matroska": "video/x-matroska", "mov": "video/mp4"}
"""By a word of the container's name."""


def media_router(desk: Desk, library: Library, signed_in: Any) -> APIRouter:
    """``/media/HASH`` with Range, and ``/api/videos/HASH/timeline``."""
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.api_route("/media/{video_hash}", methods=["GET", "HEAD"], response_class=Response, include_in_schema=False)
    def film(video_hash: str, request: Request) -> Response:
        video = desk.catalogue.video(video_hash)
        shown = library.stand_in(video_hash)
        kind = next((kind for word, kind in _TYPES.items() if word in video.container), "application/octet-stream")
        kind = kind if shown is None else _TYPES["mp4"]
        etag = f'"{shown or video_hash}"'
        # The hash names the bytes; but a video that browsers do not play may get a proxy later.
        for_ever = shown is not None or video.browser_playable
        said = {
            "Cache-Control": "private, max-age=31536000, immutable" if for_ever else "private, no-cache",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        found = library.film(shown or video_hash)
        if isinstance(found, Path):
            return FileResponse(found, media_type=kind, headers={**said, "ETag": etag})
        return ranged(request.method, request.headers, found, etag, {**said, "Content-Type": kind})

    @router.get("/api/videos/{video_hash}/timeline")
    def timeline(video_hash: str) -> dict[str, Any]:
        """The table of presentation timestamps, delta-coded."""
        desk.catalogue.video(video_hash)
        return library.timeline(video_hash)

    return router
