"""What pages show of a film beside the film: small pictures of places to hover over, and what it says of itself.

Annotations are evaluated here, not postponed, as in ``api``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import anyio
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from videolect.errors import BadInput, NotFound
from videolect.oversight.desk import Desk
from videolect.record.campaign import LABELS, TaskKey
from videolect.record.clip import Video
from videolect.video.known import shape_name, shape_of
from videolect.video.library import Library
from videolect.video.previews import MADE, PreviewMaker, Previews
from videolect.web import films_models as models
from videolect.web.auth import SignedIn, SignInDesk
from videolect.web.models import Shape

_DECODERS = 2
"""Sheets that are made at the same time; others wait without holding a thread."""
_SIMPLE = 1001
"""A mean rate is told as an exact one where no more than this stands below the line, as in 25/2."""

S = TypeVar("S", bound=Shape)

_Frame = Annotated[int, Query(ge=0, lt=2**53)]
_Name = Annotated[str | None, Query(max_length=200)]


def films_router(desk: Desk, library: Library, previews: PreviewMaker, signing: SignInDesk) -> APIRouter:
    """``/api/videos/HASH/previews`` and ``/api/videos/HASH/about``."""
    router = APIRouter(prefix="/api/videos/{video_hash}")
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`
    room: list[anyio.CapacityLimiter] = []

    def stretch(video: Video, campaign: str | None, clip: str | None) -> tuple[int, int]:
        """Of a clip or of the whole film, and of nothing else: what is kept grows no further than with the clips."""
        if campaign is None or clip is None:
            return 0, video.frames
        found = desk.look(TaskKey(campaign=campaign, clip=clip, aspect=LABELS)).task.opened.clip
        if found.video_hash != video.hash:
            raise NotFound(f"The clip {clip} is of another film.", mend="Ask for it by that one.")
        return found.start_frame, found.end_frame

    @router.get("/previews")
    async def small_pictures(
        video_hash: str, request: Request, response: Response, me: Me, campaign: _Name = None, clip: _Name = None
    ) -> models.PreviewsShape:
        """The small pictures of a clip (``campaign``, ``clip``) or of the whole film; made if they are not there."""

        def known() -> tuple[Video, int, int, Previews | None, bool]:
            video = desk.catalogue.video(video_hash)
            start, end = stretch(video, campaign, clip)
            return video, start, end, previews.kept(video, start, end), previews.failed(video, start, end)

        response.headers["Cache-Control"] = "private, no-cache"
        video, start, end, found, failed = await anyio.to_thread.run_sync(known)
        if found is None and not failed:
            if not room:
                room.append(anyio.CapacityLimiter(_DECODERS))  # belongs to the running loop
            async with room[0]:
                if not await request.is_disconnected():  # the page has gone on to another clip
                    found = await anyio.to_thread.run_sync(previews.made, video, start, end)
        return _told(video, start, end, found)

    @router.get("/previews/sheet", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    def sheet(video_hash: str, me: Me, start: _Frame, end: _Frame, table: str, made: str) -> Response:
        """The sheet whose address ``previews`` told, as JPEG. Nothing is decoded here."""
        video = desk.catalogue.video(video_hash)
        if (table, made) != (video.pts_table_hash, MADE):
            raise BadInput("The small pictures have changed.", mend="Load the page again.")
        found = previews.kept(video, start, end)
        if found is None:
            raise NotFound(f"There are no small pictures of frames {start} to {end}.", mend="Ask for previews first.")
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(found.jpeg, media_type="image/jpeg", headers=kept)

    @router.get("/about")
    def about(video_hash: str, me: Me) -> models.AboutShape:
        """What is known of a film: decoded, said by the file, and found in its pictures."""
        video = desk.catalogue.video(video_hash)
        return _about(video, library.said_of(video_hash), proxy=library.proxy_of(video_hash) is not None)

    return router


def _told(video: Video, start: int, end: int, found: Previews | None) -> models.PreviewsShape:
    if found is None:
        return models.PreviewsShape(
            start_frame=start, end_frame=end, frames=[], width=0, height=0, columns=0, picture=None
        )
    # All that the bytes depend on stands in the address, so that they may be kept for ever.
    asked = urlencode({"start": start, "end": end, "table": video.pts_table_hash, "made": MADE})
    return models.PreviewsShape(
        start_frame=start, end_frame=end, frames=list(found.frames), width=found.width, height=found.height,
        columns=found.columns, picture=f"/api/videos/{video.hash}/previews/sheet?{asked}",
    )  # fmt: skip


def _about(video: Video, said: Mapping[str, Any], *, proxy: bool) -> models.AboutShape:
    pixel = video.sample_aspect_ratio
    shown = (round(video.width * pixel), video.height)
    shape = shape_of(video.width, video.height, sample_aspect_ratio=pixel, rotation=video.rotation)
    wide, high = shown[::-1] if video.rotation % 180 else shown
    code = said.get("timecode_said")
    return models.AboutShape(
        hash=video.hash, file_name=video.file_name, size_bytes=video.size_bytes, container=video.container,
        codec=video.codec, pixel_format=video.pixel_format, bit_depth=video.bit_depth, width=video.width,
        height=video.height, rotation=video.rotation, sample_aspect=f"{pixel.numerator}:{pixel.denominator}",
        shown_width=wide, shown_height=high, shape=float(shape), shape_name=shape_name(shape),
        rate=_rate(video, said), frames=video.frames, duration_s=video.duration_s, proxy=proxy,
        problems=list(video.problems), told=bool(said), picture_shape_name=said.get("picture_shape_name"),
        letterbox=_part(models.BarsShape, said.get("letterbox")),
        timecode=models.TimecodeShape(code=code, found_in=said.get("timecode_found_in")) if code else None,
        alpha=said.get("alpha"), colour_said=_part(models.ColourShape, said.get("colour_said")),
        colour_assumed=_part(models.ColourShape, said.get("colour_assumed")),
        hdr_said=_part(models.HdrShape, said.get("hdr_said")),
    )  # fmt: skip


def _rate(video: Video, said: Mapping[str, Any]) -> models.RateShape:
    mean = video.frames / ((video.end_pts - video.start_pts) * video.time_base)
    exact = said.get("rate")
    if exact is None and not video.variable_rate and mean.denominator <= _SIMPLE:
        exact = f"{mean.numerator}/{mean.denominator}"
    return models.RateShape(
        exact=exact, name=said.get("rate_name"), mean=float(mean), variable=video.variable_rate
    )  # fmt: skip


def _part(shape: type[S], found: object) -> S | None:
    """One part of what was kept; keys that a later release adds are left out."""
    if not isinstance(found, Mapping):
        return None
    return shape.model_validate({name: found[name] for name in shape.model_fields if name in found})
