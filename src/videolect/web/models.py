"""The shapes that go over the wire; docs/api.md tells what they mean, the browser's types are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from videolect.oversight.streams import Work
from videolect.record.acts.captions import Tick
from videolect.record.acts.tasks import Stage, Status
from videolect.record.campaign import Mode
from videolect.record.critique import PointKind, Severity

Ticks = dict[str, Tick]


class Shape(BaseModel):
    """Strict about what it does not know: a misspelt key is an error, not a loss."""

    model_config = ConfigDict(extra="forbid")


# -- asked


class SignIn(Shape):
    """Who signs in."""

    person: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class WorkBody(Shape):
    """What comes with every act."""

    token: int | None = None
    key: str | None = Field(default=None, max_length=200)
    version: int | None = None
    active_seconds: float = Field(default=0.0, ge=0, lt=864_000)

    @property
    def work(self) -> Work:
        """The same for the desk."""
        return Work(token=self.token, key=self.key, seen=self.version, active_seconds=self.active_seconds)


class TokenBody(Shape):
    """A lease's token."""

    token: int


class ReleaseBody(TokenBody):
    """A lease given back."""

    reason: str = Field(default="", max_length=1000)


class ClaimBody(Shape):
    """Which tasks one would take next."""

    campaign: str | None = None
    stage: Literal["label", "caption", "review", "correct"] | None = None
    aspect: str | None = None


class SegmentShape(Shape):
    """A stretch of the clip in which the camera does the same: half open, in frames of the clip from 0, if known."""

    movements: list[str]
    start_frame: StrictInt | None = None
    end_frame: StrictInt | None = None


AnswerShape = str | int | float | bool | list[str] | list[SegmentShape] | None
"""A raw answer in a label record."""


class LabelBody(WorkBody):
    """Answers of the label form, by field."""

    answers: dict[str, AnswerShape]
    untouched: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list)
    """Fields whose preselected answer nobody looked at."""


class RateBody(WorkBody):
    """How good the draft is, 1 to 5."""

    rating: int


class PointShape(Shape):
    """One point of a critique."""

    id: str
    kind: PointKind
    start: int | None
    end: int | None
    words: str
    start_frame: int | None
    end_frame: int | None
    primitive: str | None
    topic: str | None
    severity: Severity
    instruction: str


class PointBody(PointShape):
    """The same as it is sent: what a point has not may be left out."""

    start: int | None = None
    end: int | None = None
    words: str = ""
    start_frame: int | None = None
    end_frame: int | None = None
    primitive: str | None = None
    topic: str | None = None
    severity: Severity = "major"
    instruction: str = ""


class CritiqueBody(WorkBody):
    """What is wrong with the draft."""

    raw: str = ""
    points: list[PointBody] = Field(default_factory=list)
    language: str = "en"
    polished: str = ""


class EditBody(WorkBody):
    """A caption written by hand."""

    text: str


class ApproveBody(WorkBody):
    """A word on each point."""

    ticks: Ticks = Field(default_factory=dict)


class RejectBody(ApproveBody):
    """Why it does not stand."""

    reason: str


class WithdrawBody(WorkBody):
    """What is taken back."""

    target: Literal["submission", "task"]
    reason: str = ""


class ScratchBody(Shape):
    """What is typed so far."""

    revision: int = Field(ge=0, lt=2**31)
    body: dict[str, Any]


# -- answered


class PersonShape(Shape):
    """A signed-in person."""

    id: str
    name: str
    roles: list[str]


class SessionShape(Shape):
    """A session, with the value that every changing request carries in X-CSRF-Token."""

    person: PersonShape
    csrf: str


class Problem(Shape):
    """An error that a person can mend."""

    error: str
    message: str
    mend: str
    details: Any = None


class CampaignShape(Shape):
    """A campaign."""

    name: str
    aspects: list[str]
    clips: int
    spec_version: str


class Campaigns(Shape):
    """All campaigns."""

    campaigns: list[CampaignShape]


class TaskKeyShape(Shape):
    """Which task."""

    campaign: str
    clip: str
    aspect: str


class TaskRowShape(TaskKeyShape):
    """One task in the queue."""

    status: Status
    stage: Stage | None
    mode: Mode
    waiting_for: list[str]
    stale: list[str]
    rating: int | None
    priority: int
    version: int
    held: bool
    mine: bool
    may_claim: bool
    why_not: str | None
    updated_at: str


class QueueShape(Shape):
    """A page of the queue."""

    rows: list[TaskRowShape]
    next: str | None
    open: dict[Stage, int]


class BoardRowShape(Shape):
    """Counts of one campaign and aspect."""

    campaign: str
    aspect: str
    counts: dict[Status, int]


class BoardShape(Shape):
    """The board."""

    rows: list[BoardRowShape]


class LeaseShape(Shape):
    """A hold on a task."""

    stage: Stage
    token: int
    until: str
    lifetime_s: int


class ClaimShape(Shape):
    """A task taken."""

    lease: LeaseShape


class NextLease(LeaseShape):
    """A hold on the task that was next."""

    task: TaskKeyShape


class NextShape(Shape):
    """The next task, or why there is none."""

    lease: NextLease | None
    why: str | None


class BeatShape(Shape):
    """How long the lease lives now."""

    until: str


class ClipShape(Shape):
    """What is shown."""

    id: str
    video_hash: str
    source_id: str
    frames: int
    start_frame: int
    end_frame: int


class DraftShape(Shape):
    """The pre-caption."""

    text: str
    hash: str
    cannot_know: list[str]
    at: str


class CritiqueShape(Shape):
    """A critique, and its final words."""

    raw: str
    points: list[PointShape]
    language: str
    polished: str
    words: str


class NotAppliedShape(Shape):
    """A point that the reviser left, and why."""

    point: str
    why: str


class RevisionShape(Shape):
    """What the reviser made of the critique."""

    text: str
    applied: list[str]
    not_applied: list[NotAppliedShape]


class VerdictShape(Shape):
    """What a reviewer said."""

    kind: Literal["approved", "rejected"]
    reason: str | None
    ticks: Ticks
    at: str


class RoundShape(Shape):
    """One person's go at the caption."""

    kind: Literal["caption", "correction"]
    author: str | None
    mine: bool
    rating: int | None
    critique: CritiqueShape | None
    polished: str | None
    revision: RevisionShape | None
    edited: str | None
    text: str | None
    submitted_at: str | None
    verdict: VerdictShape | None


class ParentShape(Shape):
    """A caption that this one is written from."""

    text: str | None
    hash: str | None
    status: Status


class LabelsShape(Shape):
    """The label record and what follows from it."""

    answers: dict[str, AnswerShape]
    untouched: list[str]
    primitives: dict[str, bool | None]


class HeadingShape(Shape):
    """A heading of the form."""

    id: str
    title: str


class FormShape(Shape):
    """The label form of one campaign: only the questions that it asks, with their rules as data (docs/language.md)."""

    version: str
    hash: str
    record_schema: int
    aspects: list[str]
    form_groups: list[HeadingShape]
    fields: list[dict[str, Any]]
    consistency: list[dict[str, Any]]


class FinalShape(Shape):
    """The settled caption."""

    text: str
    hash: str
    verdict: Literal["approved", "corrected"]


class ScratchShape(Shape):
    """What was typed so far."""

    revision: int
    body: dict[str, Any]


class TaskView(Shape):
    """A task with all that its page shows."""

    task: TaskKeyShape
    version: int
    status: Status
    stage: Stage | None
    mode: Mode
    waiting_for: list[str]
    stale: list[str]
    may: dict[str, str | None]
    lease: LeaseShape | None
    held_by_another: bool
    clip: ClipShape
    draft: DraftShape | None
    round: RoundShape | None
    rounds: list[RoundShape]
    parents: dict[str, ParentShape]
    labels: LabelsShape | None
    final: FinalShape | None
    extras: int
    active_seconds: dict[Stage, float]
    scratch: ScratchShape | None


class OutcomeShape(Shape):
    """What became of an act."""

    outcome: Literal["done", "repeated", "extra"]
    task: TaskView


class RevisionNumber(Shape):
    """The scratch page's revision after saving."""

    revision: int


class ActsShape(Shape):
    """A task's history."""

    acts: list[dict[str, Any]]
