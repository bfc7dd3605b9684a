"""The shapes of a film's cuts, as ``models`` has those of the tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from videolect.oversight.streams import Work
from videolect.record.cuts import TransitionKind
from videolect.web.models import Shape

Frame = StrictInt
"""An index into the film's table of timestamps."""

# -- asked


class SeenBody(Shape):
    """What comes with every edit."""

    seen: int | None = Field(default=None, ge=0)
    """``seen`` of the answer on which the edit rests."""
    key: str | None = Field(default=None, max_length=200)
    table: str | None = Field(default=None, max_length=200)
    """The hash of the table in which the frames were counted."""

    @property
    def work(self) -> Work:
        """What of it every desk takes."""
        return Work(seen=self.seen, key=self.key)


class CutBody(SeenBody):
    """A transition."""

    kind: TransitionKind = "cut"
    start_frame: Frame = Field(ge=0, lt=2**53)
    end_frame: Frame | None = Field(default=None, ge=0, lt=2**53)
    """Left out: the start, as for a cut."""


class MoveCutBody(CutBody):
    """A transition and where it was."""

    was_start: Frame = Field(ge=0, lt=2**53)
    was_end: Frame | None = Field(default=None, ge=0, lt=2**53)


class RemoveCutBody(SeenBody):
    """The place of a transition."""

    start_frame: Frame = Field(ge=0, lt=2**53)
    end_frame: Frame | None = Field(default=None, ge=0, lt=2**53)


# -- answered


class VideoShape(Shape):
    """The film whose cuts these are."""

    hash: str
    file_name: str
    frames: int
    table: str
    """The hash of its table of timestamps."""
    aspect: float
    """Width over height of its picture in a strip."""


class DetectionShape(Shape):
    """How far the detector is."""

    state: Literal["none", "waiting", "running", "done", "failed"]
    engine: str
    frames_done: int
    why: str
    mend: str


class TransitionShape(Shape):
    """A place where one shot gives way to another."""

    kind: TransitionKind
    start_frame: int
    end_frame: int
    start_s: float
    """On the film's own clock."""
    end_s: float
    found_by: str
    """Detector and version, or a person's id."""
    score: float
    edited_by: str | None
    edited_at: str | None


class ActShape(Shape):
    """Something that somebody did."""

    version: int
    """``seen`` of the answers from then on."""
    by: str
    what: str
    """In words."""
    was: list[int] | None
    """Start and end of the transition before; null: there was none."""
    now: list[int] | None
    """And after."""
    ago_s: float


class CutsShape(Shape):
    """A film's transitions in order."""

    video: VideoShape
    seen: int
    may_edit: bool
    may_undo: bool
    """Whether the latest edit is mine."""
    last_edit: str | None
    """The latest edit that counts, in words."""
    acts: list[ActShape]
    """The latest ones, oldest first."""
    detection: DetectionShape
    transitions: list[TransitionShape]
