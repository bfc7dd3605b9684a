"""What one file is: decoded once from end to end, in a child process, into a ``Video`` and its ``Timeline``."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead
from videolect.record.clip import Video
from videolect.storage import hash_file
from videolect.video.bars import Bars, find_bars
from videolect.video.boxes import has_index, outermost_end
from videolect.video.findings import browser_playable, container_name, problems, quarter_turns
from videolect.video.known import shape_name, shape_of
from videolect.video.said import Said, clean, said
from videolect.video.sandbox import Limits, Refusal, Stop, ask
from videolect.video.seeking import detours
from videolect.video.timeline import Timeline

WHY = {
    "not_video": ("is not a video file: {looks}.", "Give a film, such as MP4, MOV, WebM, MKV, AVI or MPEG-TS."),
    "sound_only": ("holds sound and no picture.", "Give a file with a picture."),
    "no_picture": ("holds no moving picture.", "Give a file with a video track."),
    "no_decoder": ("holds a picture in a coding that is not known here.", "Convert it to H.264 in MP4."),
    "no_frames": (
        "holds a video track in which not one frame can be decoded{because}.",
        "Copy it anew from its source.",
    ),
    "no_encoder": ("got no stand-in. {detail}", "PyAV's own wheel has both: pip install --force-reinstall av."),
    "no_times": ("has frames without timestamps.", "Put it into a container that has them, such as MP4 or MKV."),
    "broken": ("is damaged throughout: {detail}.", "Copy it anew from its source."),
    "too_large": ("has pictures of {detail}, more than the limit.", "Scale it down, or raise Limits.pixels."),
    "too_long": ("has more than {detail}.", "Cut it into parts, or raise Limits.frames."),
    "memory": ("needs more memory to decode than the limit.", "Scale it down, or raise Limits.memory_bytes."),
    "time": ("could not be decoded within {detail}.", "Cut it into parts, or raise Limits.seconds."),
    "killed": (
        "was not decoded: the decoder was stopped from outside ({detail}).",
        "Do it again; if it stays, this machine may have too little memory.",
    ),
    "died": ("made the decoder stop ({detail}).", "Convert it to H.264 in MP4 with another program."),
}
"""Why the decoder refuses a file, by the child's word for it: what is said after the file's name, and the mend."""

_INDEX_AT_THE_END = "it ends before its index, which stands at the end of such files"
_INDEX_CUT = "it ends within its index"
_INDEX_DAMAGED = "its index is not whole"
_BROKEN_OFF = "it breaks off, or is damaged, right after its beginning"
_INCOMPLETE = {
    "not_video": (_INDEX_AT_THE_END, _INDEX_CUT, _BROKEN_OFF),
    "no_picture": (_INDEX_CUT,),
    "no_frames": (_BROKEN_OFF,),
}
"""The refusals at which a file that looks so is called incomplete."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a file is, and when each of its frames is shown."""

    video: Video
    timeline: Timeline
    said: Said | None = None
    """What else the file says of itself; None for a film that an earlier import probed."""
    bars: Bars | None = None
    """Black bars around the picture, found in it."""

    def facts(self) -> dict[str, Any]:
        """What the file says of itself and what was found in it, beside the video's own words."""
        bars = self.bars.as_json() if self.bars else None
        said = self.said.as_json() if self.said else {}
        return {**said, "letterbox": bars, "picture_shape_name": self.picture_shape_name}

    @property
    def picture_shape_name(self) -> str | None:
        """The known shape of what lies inside the bars, as shown: ``2.39:1``. None where it has no name."""
        bars = self.bars or Bars(top=0, bottom=0, left=0, right=0)
        video = self.video
        shape = shape_of(
            video.width, video.height, sample_aspect_ratio=video.sample_aspect_ratio, rotation=video.rotation,
            bars=(bars.top, bars.bottom, bars.left, bars.right),
        )  # fmt: skip
        return shape_name(shape)


def probe(
    path: Path, *, limits: Limits | None = None, content_hash: str | None = None, stop: Stop | None = None
) -> Probed:
    """Decode the file once. CannotRead, with reason and mend, where it is no film or costs more than the limits.

    ``content_hash`` spares reading it once more where its BLAKE3 is known. ``stop`` may end the child. A file of
    which a part decodes is read as far as that goes, and one of ``video.problems`` says so.
    """
    limits = limits or Limits()
    size = _size_of(path)
    answer = ask({"what": "inspect"}, path, limits, stop=stop)
    if isinstance(answer, Refusal):
        raise refused(path, answer)
    facts, tables = answer
    try:
        timeline = _timeline(facts, np.frombuffer(tables, "<i8", 2 * facts["shown"]))
        bars = _bars(facts, tables[16 * facts["shown"] :])
        container = container_name(facts, path.suffix)
        told = said(facts, timeline, quarter_turns(facts))
        video = Video(
            hash=content_hash or hash_file(path)[0],
            file_name=os.fsencode(path.name).decode("utf-8", "replace"),
            size_bytes=size,
            container=container,
            codec=facts["codec"],
            pixel_format=facts["pixel_format"],
            bit_depth=facts["bit_depth"],
            width=facts["width"],
            height=facts["height"],
            rotation=quarter_turns(facts),
            sample_aspect_ratio=Fraction(*facts["sample_aspect_ratio"]),
            time_base=timeline.time_base,
            start_pts=int(timeline.pts[0]),
            end_pts=timeline.end_pts,
            container_start_s=timeline.container_start_s,
            frames=timeline.frame_count,
            variable_rate=timeline.variable_rate,
            pts_table_hash=timeline.hash,
            browser_playable=browser_playable(facts),
            problems=(*problems(facts, timeline, container), *told.problems),
        )
    except (KeyError, TypeError, IndexError, ValueError, ArithmeticError, BadInput) as error:
        # The child has read a stranger's bytes: its answer is checked like theirs.
        raise CannotRead(f"{path} made the decoder give no sense: {error!r}.", mend=WHY["died"][1]) from error
    return Probed(video, timeline, told, bars)


def _bars(facts: Mapping[str, Any], pictures: bytes) -> Bars | None:
    shape = (facts["lumas"], facts["height"], facts["width"])
    return find_bars(np.frombuffer(pictures, np.uint8).reshape(shape))


def refused(path: Path, refusal: Refusal) -> CannotRead:
    """The child's refusal in words."""
    what, mend = WHY.get(refusal.kind, WHY["died"])
    looks = _looks_like(path)
    if looks in _INCOMPLETE.get(refusal.kind, ()):
        what, mend = "is incomplete: {looks}.", "Copy it anew from its source."
    elif refusal.kind == "not_video" and looks == _INDEX_DAMAGED:
        what, mend = "is damaged: {looks}.", "Copy it anew from its source."
    detail = clean(refusal.detail)  # what a decoder says may quote the file
    because = f": {detail}" if detail else ""
    words = what.format(detail=detail, looks=looks, because=because)
    return CannotRead(f"{path} {words}", mend=mend)


def _timeline(facts: Mapping[str, Any], tables: NDArray[np.int64]) -> Timeline:
    pts, said = np.split(tables.astype(np.int64), 2)
    base = Fraction(*facts["time_base"])
    end = int(pts[-1]) + _last_duration(pts, said, base, facts["mean_rate"])
    times = pts.tolist()
    found, lost = detours(
        times,
        end,
        base,
        said_durations=said.tolist(),
        always=facts["fragments"] or "matroska" in facts["container"],
        key_frames=_key_frames(facts) if "mp4" in facts["container"] else (),
    )
    begins = np.array(facts["starts"], np.int64)
    starts = np.searchsorted(pts, begins[np.isin(begins, pts)])
    return Timeline(
        time_base=base, pts=pts, end_pts=end, container_start_s=Fraction(*facts["container_start"]),
        detours=found, unreachable=lost, starts=tuple(np.unique(starts).tolist()),
    )  # fmt: skip


def _key_frames(facts: Mapping[str, Any]) -> list[tuple[int, int]]:
    """(presentation time, moment from which on a seek starts there) of the key frames of an MP4 file."""
    if not facts["first_packet"]:
        return []
    shown, decoded = facts["first_packet"]
    # With an edit list the demuxer moves decoding times so that the first frame's is its presentation time.
    moved = shown - decoded if facts["edits"] else 0
    return [(pts, dts + moved) for pts, dts in facts["key_frames"]]


def _last_duration(pts: NDArray[np.int64], said: NDArray[np.int64], base: Fraction, mean_rate: float) -> int:
    """How long the last frame is shown, in ticks: as it says, unless longer than any other frame; else the median."""
    steps = np.diff(pts)
    usual = int(np.median(steps)) if len(steps) else round(1 / (mean_rate or 25.0) / float(base))
    most = int(steps.max()) if len(steps) else 10 * usual
    return int(said[-1]) if 0 < said[-1] <= most else max(1, usual)


def _size_of(path: Path) -> int:
    try:
        found = path.stat()
    except OSError as error:
        raise CannotRead(
            f"{path} cannot be opened: {error.strerror}.", mend="Check its name and its rights."
        ) from error
    if stat.S_ISDIR(found.st_mode):
        raise CannotRead(f"{path} is a folder.", mend="Name a file in it, or import the folder: videolect data import.")
    if not stat.S_ISREG(found.st_mode):
        raise CannotRead(f"{path} is no ordinary file.", mend="Save its content in a file first.")
    if found.st_size == 0:
        raise CannotRead(f"{path} is empty: 0 bytes.", mend="Copy it anew from its source.")
    if not os.access(path, os.R_OK):
        raise CannotRead(f"{path} may not be read by this user.", mend=f"Allow it: chmod u+r {path}")
    return found.st_size


_SIGNS = (
    (b"\x89PNG", "it is a PNG image"),
    (b"\xff\xd8\xff", "it is a JPEG image"),
    (b"GIF8", "it is a GIF image"),
    (b"BM", "it is a BMP image"),
    (b"%PDF", "it is a PDF document"),
    (b"PK\x03\x04", "it is a ZIP archive or an office document"),
    (b"\x1f\x8b", "it is a gzip archive"),
    (b"#EXTM3U", "it is a playlist, which only names films"),
    (b"ID3", "it is a sound file"),
    (b"fLaC", "it is a sound file"),
)


def _looks_like(path: Path) -> str:
    """What the first bytes look like, for the words of a refusal."""
    with path.open("rb") as file:
        head = file.read(4096)
    for sign, words in _SIGNS:
        if head.startswith(sign):
            return words
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _BROKEN_OFF
    if head[:4] == b"RIFF":
        return {b"WAVE": "it is a sound file", b"WEBP": "it is a WebP image"}.get(
            head[8:12], "its RIFF content is unknown"
        )
    if head[4:8] in (b"ftyp", b"mdat", b"moov", b"wide", b"free"):
        if head[4:12] in (b"ftypheic", b"ftypavif"):
            return "it is an image"
        if not has_index(path):
            return _INDEX_AT_THE_END
        return _INDEX_CUT if outermost_end(path) > path.stat().st_size else _INDEX_DAMAGED
    text = head.decode("utf-8", errors="ignore")
    if text and len(text.encode()) >= len(head) - 3 and all(sign.isprintable() or sign.isspace() for sign in text):
        return "it is text"
    return "no container of films is recognised in it"
