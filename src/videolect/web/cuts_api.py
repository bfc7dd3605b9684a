"""A film's cuts over HTTP: everybody looks, leads and reviewers edit; and strips of frames to judge a cut by.

Annotations are evaluated here, not postponed, as in ``api``.
"""

from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from videolect.errors import BadInput
from videolect.oversight.cuts import Cuts, CutsDesk, told
from videolect.record.acts.base import Act
from videolect.record.acts.cuts import CutAdded, CutMoved
from videolect.video.evidence import CutFinder
from videolect.video.shots import Transition
from videolect.video.strips import MAX_STRIP, around, aspect_of
from videolect.web import cuts_models as models
from videolect.web.auth import SignedIn, SignInDesk

_DECODERS = 2
"""Strips that are decoded at the same time; others wait without holding a thread."""

_ACTS = 20
"""Acts that an answer tells, so that a page can say who did what to the cut that was chosen there."""


def cuts_router(cuts: CutsDesk, finder: CutFinder, signing: SignInDesk) -> APIRouter:
    """The page of a film's cuts."""
    router = APIRouter(prefix="/api/videos/{video_hash}")
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`
    room: list[anyio.CapacityLimiter] = []

    def shown(video_hash: str, me: SignedIn, state: Cuts | None = None) -> models.CutsShape:
        return _shown(cuts, finder, video_hash, me, state or cuts.look(video_hash))

    @router.get("/cuts")
    def look(video_hash: str, me: Me) -> models.CutsShape:
        """The transitions in order, after people's edits, and how far the detector is."""
        return shown(video_hash, me)

    @router.post("/cuts/detect")
    def detect(video_hash: str, me: Me) -> models.CutsShape:
        """Let the detector run, unless it has; it goes on by itself, and ``GET`` says how far it is."""
        me.worker.check_may("edit cuts")
        finder.detect(cuts.catalogue.video(video_hash))
        return shown(video_hash, me)

    @router.post("/cuts/add")
    def add(video_hash: str, body: models.CutBody, me: Me) -> models.CutsShape:
        """Put a transition where there is none."""
        state = cuts.add(
            me.worker, video_hash, body.kind, body.start_frame, _end(body.start_frame, body.end_frame),
            table=body.table, work=body.work,
        )  # fmt: skip
        return shown(video_hash, me, state)

    @router.post("/cuts/move")
    def move(video_hash: str, body: models.MoveCutBody, me: Me) -> models.CutsShape:
        """Put a transition elsewhere."""
        was = (body.was_start, _end(body.was_start, body.was_end))
        state = cuts.move(
            me.worker, video_hash, was, body.kind, body.start_frame, _end(body.start_frame, body.end_frame),
            table=body.table, work=body.work,
        )  # fmt: skip
        return shown(video_hash, me, state)

    @router.post("/cuts/remove")
    def remove(video_hash: str, body: models.RemoveCutBody, me: Me) -> models.CutsShape:
        """Say that nothing is there."""
        state = cuts.remove(
            me.worker, video_hash, body.start_frame, _end(body.start_frame, body.end_frame), table=body.table,
            work=body.work,
        )  # fmt: skip
        return shown(video_hash, me, state)

    @router.post("/cuts/undo")
    def undo(video_hash: str, body: models.SeenBody, me: Me) -> models.CutsShape:
        """Take the latest edit back, if it is one's own."""
        return shown(video_hash, me, cuts.undo(me.worker, video_hash, work=body.work))

    @router.get("/strip", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    async def strip(
        video_hash: str, request: Request, me: Me, frame: Annotated[int, Query(ge=0, lt=2**53)],
        end: Annotated[int | None, Query(ge=0, lt=2**53)] = None, before: Annotated[int, Query(ge=0, le=MAX_STRIP)] = 4,
        after: Annotated[int, Query(ge=0, le=MAX_STRIP)] = 4, height: int = 90, table: str | None = None,
    ) -> Response:  # fmt: skip
        """Frames around a place side by side, as JPEG; ``end``: of a gradual transition, four frames of it too.

        With ``table`` the answer may be kept for ever.
        """

        def drawn() -> bytes:
            video = cuts.catalogue.video(video_hash)
            if table not in (None, video.pts_table_hash):
                raise BadInput("The film has another table of timestamps.", mend="Load the page again.")
            return finder.strip(video, around(video.frames, frame, end, before, after), height)

        if not room:
            room.append(anyio.CapacityLimiter(_DECODERS))  # belongs to the running loop
        async with room[0]:
            if await request.is_disconnected():  # the page has gone on to another place
                return Response(status_code=204)
            data = await anyio.to_thread.run_sync(drawn)
        kept = "private, max-age=31536000, immutable" if table is not None else "private, max-age=60"
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": kept})

    return router


def _end(start: int, end: int | None) -> int:
    return start if end is None else end


def _shown(cuts: CutsDesk, finder: CutFinder, video_hash: str, me: SignedIn, state: Cuts) -> models.CutsShape:
    video = cuts.catalogue.video(video_hash)
    detection = finder.detection(video)
    times = finder.times(video)
    last = state.edits[-1] if state.edits else None
    by_place: dict[tuple[str, int, int], Any] = {
        (edit.worker, edit.start_frame, edit.end_frame): edit
        for edit in state.edits
        if isinstance(edit, CutAdded | CutMoved)
    }

    now = cuts.catalogue.clock.now()

    def done(act: Act) -> models.ActShape:
        was, is_now = state.change(act)
        ago_s = max(0.0, (now - act.at).total_seconds())
        return models.ActShape(
            version=act.version, by=act.worker, what=state.told(act), was=list(was) if was else None,
            now=list(is_now) if is_now else None, ago_s=round(ago_s, 1),
        )  # fmt: skip

    def row(one: Transition) -> models.TransitionShape:
        edit = by_place.get((one.found_by, one.start_frame, one.end_frame))
        return models.TransitionShape(
            kind=one.kind,  # type: ignore[arg-type]  # checked where it was born
            start_frame=one.start_frame, end_frame=one.end_frame, start_s=times(one.start_frame),
            end_s=times(one.end_frame), found_by=one.found_by, score=round(one.score, 4),
            edited_by=edit.worker if edit else None, edited_at=edit.at.isoformat() if edit else None,
        )  # fmt: skip

    return models.CutsShape(
        video=models.VideoShape(
            hash=video.hash, file_name=video.file_name, frames=video.frames, table=video.pts_table_hash,
            aspect=round(aspect_of(video), 4),
        ),
        seen=state.version, may_edit=me.worker.may("edit cuts"),
        may_undo=last is not None and me.worker.may("edit cuts") and last.worker == me.worker.id,
        last_edit=told(last) if last else None, acts=[done(act) for act in state.acts[-_ACTS:]],
        detection=models.DetectionShape(
            state=detection.state, engine=detection.engine, frames_done=detection.frames_done, why=detection.why,
            mend=detection.mend,
        ),
        transitions=[row(one) for one in finder.transitions(video, state.edits)],
    )  # fmt: skip
