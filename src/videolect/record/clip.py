"""A video is one imported file, known by the hash of its bytes; a clip is the stretch of it that a person is shown."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from videolect.errors import BadInput
from videolect.record.checks import check_name, check_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Video:
    """What one file says of itself, as decoded once at import."""

    hash: str
    """BLAKE3 of the bytes, in hex."""
    file_name: str
    """As the importer gave it: for people to recognise, never a path to open."""
    size_bytes: int
    container: str
    codec: str
    pixel_format: str
    bit_depth: int
    width: int
    """Of the coded picture in pixels, before rotation and sample aspect ratio."""
    height: int
    rotation: int
    """Degrees clockwise by which a player turns the picture: 0, 90, 180 or 270."""
    sample_aspect_ratio: Fraction
    time_base: Fraction
    """Seconds per tick of every ``*_pts``."""
    start_pts: int
    """Presentation time of the first frame, in ticks."""
    end_pts: int
    """Presentation time at which the last frame's showing ends, in ticks."""
    container_start_s: Fraction
    """What the container calls its start, in seconds. Chromium does not subtract it (docs/video.md)."""
    frames: int
    variable_rate: bool
    pts_table_hash: str
    """BLAKE3 of the table of presentation timestamps (``video.timeline``)."""
    browser_playable: bool
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.file_name, "The file name", limit=1000, blank=False)
        if self.frames < 1:
            raise BadInput(f"{self.file_name} has {self.frames} frames.", mend="Import a file with a picture.")
        if self.time_base <= 0 or self.end_pts <= self.start_pts:
            raise BadInput(
                f"{self.file_name} runs from tick {self.start_pts} to {self.end_pts} of {self.time_base} s.",
                mend="Import a file whose frames have rising times.",
            )

    @property
    def duration_s(self) -> float:
        """From the first frame's start to the last frame's end, in seconds."""
        return float((self.end_pts - self.start_pts) * self.time_base)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a video in frames and in ticks, half open."""

    start_frame: int
    end_frame: int
    start_pts: int
    end_pts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """A half-open stretch of a video under the campaign's own name for it."""

    id: str
    """The campaign's name of the clip: ``video_id`` in exports."""
    video_hash: str
    source_id: str
    """The film that the clip was cut from; splits go by it."""
    start_pts: int
    end_pts: int
    time_base: Fraction
    start_frame: int
    """Index into the video's timestamp table."""
    end_frame: int
    """One past the clip's last frame."""

    def __post_init__(self) -> None:
        check_name(self.id, "The clip's id")
        check_text(self.source_id, "The source's id", limit=1000, blank=False)
        if self.time_base <= 0 or self.end_pts <= self.start_pts:
            raise BadInput(
                f"Clip {self.id} runs from tick {self.start_pts} to {self.end_pts} of {self.time_base} s.",
                mend="Give a start before the end, in ticks of more than 0 seconds.",
            )
        if not 0 <= self.start_frame < self.end_frame:
            raise BadInput(
                f"Clip {self.id} covers frames {self.start_frame} to {self.end_frame}.",
                mend="Give a start before the end; the end is one past the last frame.",
            )

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return self.end_frame - self.start_frame
