"""Films and their tables of times, by content hash. The type is the server's decision, never the file's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, Response

from videolect.oversight.desk import Desk
from videolect.video.library import Library
from videolect.web.ranges import ranged

_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "matroska": "video/x-matroska", "mov": "video/mp4"}
"""By a word of the container's name."""


def media_router(desk: Desk, library: Library, signed_in: Any) -> APIRouter:
    """``/media/HASH`` with Range, and ``/api/videos/HASH/timeline``."""
    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.api_route("/media/{video_hash}", methods=["GET", "HEAD"], response_class=Response, include_in_schema=False)
    def film(video_hash: str, request: Request) -> Response:
        video = desk.catalogue.video(video_hash)
        shown = library.proxy_of(video_hash)
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
        found = library.file(shown or video_hash)
        if isinstance(found, Path):
            return FileResponse(found, media_type=kind, headers={**said, "ETag": etag})
        return ranged(request.method, request.headers, found, etag, {**said, "Content-Type": kind})

    @router.get("/api/videos/{video_hash}/timeline")
    def timeline(video_hash: str) -> dict[str, Any]:
        """The table of presentation timestamps, delta-coded."""
        desk.catalogue.video(video_hash)
        return library.shown_timeline(video_hash)

    return router
