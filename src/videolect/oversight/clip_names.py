"""The names of a campaign's clips: what has one keeps it, what is new gets one that is free."""

from __future__ import annotations

from pathlib import Path

from videolect.errors import BadInput
from videolect.oversight.ports import Ledger
from videolect.record.acts.tasks import Opened
from videolect.record.campaign import TaskKey
from videolect.record.clip import Clip, Stretch, Video


class ClipNames:
    """The clips of one campaign: what is one already keeps its name, what is new gets one that is free."""

    def __init__(self, ledger: Ledger, campaign: str) -> None:
        self._names: dict[tuple[str, int, int], str] = {}  # by video, first frame, end
        self._parts: dict[str, tuple[str, int, int]] = {}  # by name
        self._films: dict[str, str] = {}  # source by video
        for _, act in ledger.every(kind="Opened"):
            key = TaskKey.of_stream(act.stream)
            if isinstance(act, Opened) and key is not None and key.is_labels and key.campaign == campaign:
                self._keep(act.clip)

    def clip(
        self, video: Video, stretch: Stretch | None = None, *, name: str | None = None, source_id: str | None = None
    ) -> Clip:
        """The video, or a part of it, as a clip. All clips of one film have one source unless another is given.

        BadInput where the name belongs to another clip of the campaign.
        """
        stretch = stretch or Stretch(0, video.frames, video.start_pts, video.end_pts)
        place = (video.hash, stretch.start_frame, stretch.end_frame)
        if name is not None and self._parts.get(name, place) != place:
            raise BadInput(
                f"The campaign has another clip of the name {name}.", mend="Give the clip another name, or none."
            )
        name = name or self._names.get(place) or self._free(video, stretch)
        whole = stretch.end_frame - stretch.start_frame == video.frames
        known = self._films.get(video.hash) or (name if whole else f"{_safe(video)}-{video.hash[:12]}")
        clip = Clip(
            id=name, video_hash=video.hash, source_id=source_id or known, start_pts=stretch.start_pts,
            end_pts=stretch.end_pts, time_base=video.time_base, start_frame=stretch.start_frame,
            end_frame=stretch.end_frame,
        )  # fmt: skip
        self._keep(clip)
        return clip

    def stretches(self, video: Video) -> set[tuple[int, int]]:
        """The first frame and the end of each clip that the campaign has of this film."""
        return {(start, end) for film, start, end in self._names if film == video.hash}

    def _keep(self, clip: Clip) -> None:
        stretch = (clip.video_hash, clip.start_frame, clip.end_frame)
        self._names.setdefault(stretch, clip.id)
        self._parts.setdefault(clip.id, stretch)
        self._films.setdefault(clip.video_hash, clip.source_id)

    def _free(self, video: Video, stretch: Stretch) -> str:
        """The file's name made safe, with the frames of a stretch; with some of the hash where that name is taken."""
        whole = stretch.end_frame - stretch.start_frame == video.frames
        safe, frames = (
            (_safe(video), "") if whole else (_safe(video)[:60], f"-{stretch.start_frame}-{stretch.end_frame}")
        )
        wanted = [f"{film}{frames}" for film in (safe, f"{safe}-{video.hash[:12]}", video.hash)]
        return next(name for name in wanted if name not in self._parts)


def clips_of_campaign(ledger: Ledger, campaign: str) -> dict[str, Clip]:
    """The clips of a campaign by their names."""
    opened = (act for _, act in ledger.every(kind="Opened") if isinstance(act, Opened))
    keys = ((TaskKey.of_stream(act.stream), act) for act in opened)
    return {key.clip: act.clip for key, act in keys if key is not None and key.campaign == campaign}


def _safe(video: Video) -> str:
    stem = Path(video.file_name).stem
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in stem)[:80]
    return safe if safe.strip("._-") else "video"
