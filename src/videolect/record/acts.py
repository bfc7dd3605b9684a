"""Acts: the things that happen, each done by one person or model at one time, and kept for ever.

A task's state is a fold over its acts (``oversight.caption_task``); nothing else is stored as truth. New kinds are
added here and to ``ACTS``; a changed kind raises ``codec.SCHEMA`` and brings an upcaster.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from videolect.errors import BadInput
from videolect.language.values import EntryKind, Segment
from videolect.language.version import Bump
from videolect.record.audit import AuditItem, AuditRatings, AuditSpan, check_spans
from videolect.record.campaign import MODES, Campaign, Mode, Policy
from videolect.record.checks import check_name, check_text, content_hash
from videolect.record.clip import Clip, Video
from videolect.record.critique import Critique
from videolect.record.cuts import Place, TransitionKind, check_stretch, check_transition
from videolect.record.people import Actor

Answer = str | int | float | bool | tuple[str | Segment, ...] | None
"""A raw answer in a label record: a list holds strings, or the segments of a movement; None is "left open"."""

Stage = Literal["label", "draft", "caption", "review", "correct"]
"""A piece of work on a task that somebody, or a model, can take."""
Status = Literal["blocked", "to_label", "to_draft", "to_caption", "to_review", "to_correct", "settled", "withdrawn"]
"""Where a task stands; it follows from the acts (``oversight.caption_task``)."""

MAX_ENTRY = 400_000
"""Characters of one entry of a specification, as JSON."""

Tick = Literal["agreed", "disagreed"]
"""A reviewer's word on one point of a critique."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What every act carries."""

    stream: str
    version: int
    """Place in the stream, from 1 without gaps; the ledger refuses a second act at the same place."""
    actor: Actor
    at: datetime
    """In UTC."""
    spec_version: str
    key: str | None = None
    """Idempotency key: the same actor's second act under the same key is the first one again."""
    token: int | None = None
    """Fencing token of the lease under which it was done; one that is not the current holder's makes it an extra."""
    asked_by: str | None = None
    """The person who asked a model for it, or who decided it for another."""
    active_seconds: float = 0.0
    """Time the worker was at it since the last act, idle time left out. Seconds."""

    @property
    def worker(self) -> str:
        """In whose hands the task was: whoever asked a model to write, else the actor. Idempotency keys are theirs."""
        return self.asked_by or self.actor.id

    def __post_init__(self) -> None:
        if self.version < 1:
            raise BadInput(f"Act version {self.version} is below 1.", mend="Count the stream's acts from 1.")
        if self.at.tzinfo is not UTC and (self.at.tzinfo is None or self.at.utcoffset() != timedelta(0)):
            raise BadInput(f"The act's time {self.at.isoformat()} is not in UTC.", mend="Give an aware UTC time.")
        if not 0 <= self.active_seconds < 864_000:
            raise BadInput(f"Active seconds {self.active_seconds} are not a stage's time.", mend="Give 0 to 864,000.")
        if self.key is not None:
            check_text(self.key, "The idempotency key", limit=200, blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported(Act):
    """A file came in."""

    video: Video


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignOpened(Act):
    """A campaign began."""

    campaign: Campaign


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened(Act):
    """A task began: everything that its rules need stands here, so that its stream can be folded alone."""

    clip: Clip
    mode: Mode
    policy: Policy
    priority: int = 0
    """Higher comes first."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if self.mode not in MODES:
            raise BadInput(f"Mode {self.mode!r} is unknown.", mend=f"Use one of {', '.join(MODES)}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed(Act):
    """A worker took the lease; ``token`` is its fencing token, one higher than the task's last."""

    stage: Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Released(Act):
    """The lease was given back."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled(Act):
    """An expert answered the label form."""

    answers: Mapping[str, Answer]
    record_schema: int
    """The schema of the answers, by the specification that they were given under; ``Spec.migrate`` lifts older ones."""
    untouched: tuple[str, ...] = ()
    """Fields whose preselected answer the person never looked at. They are answered, but on nobody's word."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if self.record_schema < 1:
            raise BadInput(f"Record schema {self.record_schema} is below 1.", mend="Name the specification's.")
        for name, answer in self.answers.items():
            check_text(name, "The name of a label's field", limit=200)
            for part in answer if isinstance(answer, tuple) else (answer,):
                for text in part.movements if isinstance(part, Segment) else (part,):
                    if isinstance(text, str):
                        check_text(text, f"The answer to {name}")
        if strange := [name for name in self.untouched if name not in self.answers]:
            raise BadInput(
                f"{strange[0][:60]!r} was left as preselected, yet it has no answer.",
                mend="Name only fields that are answered.",
            )

    @property
    def labels_hash(self) -> str:
        """Identity of the answers, whatever their order."""
        return hash_of_answers(self.answers)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantedError:
    """An error that a demonstration wrote into a draft on purpose, declared."""

    kind: str
    wrong: str
    right: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted(Act):
    """A model wrote a draft (the pre-caption)."""

    text: str
    parents: Mapping[str, str] = field(default_factory=dict)
    """Content hash of each parent caption that the draft was written from; ``labels`` for the label record."""
    cannot_know: tuple[str, ...] = ()
    """Topics on which the writer had nothing to go by."""
    planted: tuple[PlantedError, ...] = ()

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The draft", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rated(Act):
    """A worker said how good the draft is, 1 to 5."""

    rating: int

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if isinstance(self.rating, bool) or not isinstance(self.rating, int) or not 1 <= self.rating <= 5:
            raise BadInput(f"Rating {self.rating!r} is off the scale.", mend="Rate from 1 to 5.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Critiqued(Act):
    """A worker said what is wrong with the draft."""

    critique: Critique


@dataclass(frozen=True, kw_only=True, slots=True)
class Polished(Act):
    """A model put the critique into clear sentences, for its author to accept or not."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The polished critique", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotApplied:
    """A point that a reviser did not carry out, and why."""

    point: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Revised(Act):
    """A model wrote the post-caption from the draft and the critique."""

    text: str
    applied: tuple[str, ...] = ()
    """Ids of the points that it carried out."""
    not_applied: tuple[NotApplied, ...] = ()

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The revision", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited(Act):
    """A worker wrote by hand: over a revision, over a draft (mode edit), or from nothing (mode write)."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The edited caption", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted(Act):
    """The author handed the caption in."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The caption", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved(Act):
    """The reviewer let it stand."""

    ticks: Mapping[str, Tick] = field(default_factory=dict)
    """By point id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected(Act):
    """The reviewer did not."""

    reason: str
    ticks: Mapping[str, Tick] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason for the rejection", limit=5000, blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected(Act):
    """The rejected caption was mended; ``text`` is the final one unless it is reviewed again."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The corrected caption", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn(Act):
    """A submission was taken back by its author before a verdict, or the whole task was closed unfinished."""

    target: Literal["submission", "task"]
    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason for the withdrawal", limit=5000)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecDraftOpened(Act):
    """A lead began a new version of the specification; with a draft open already, moved it onto another base."""

    base_version: str
    base_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecEdited(Act):
    """A lead changed, added or (``entry`` None) removed one entry of the specification."""

    entry_kind: EntryKind
    entry_id: str
    entry: str | None
    """All of the entry as it is then: JSON of words, lists and objects."""
    note: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.entry_id, "The entry's id", limit=200, blank=False)
        check_text(self.note, "The note", limit=2000)
        if self.entry is not None:
            check_text(self.entry, "The entry", limit=MAX_ENTRY)
            try:
                json.loads(self.entry)
            except (ValueError, RecursionError):
                raise BadInput(f"The entry of {self.entry_id[:60]} is not JSON.", mend="Send it as JSON.") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecEditDropped(Act):
    """A lead took the edits of one entry back."""

    entry_kind: EntryKind
    entry_id: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.entry_id, "The entry's id", limit=200, blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecPublished(Act):
    """The draft became a version."""

    published_version: str
    published_hash: str
    bump: Bump
    note: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.note, "The note", limit=2000)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecDraftDropped(Act):
    """A lead gave the whole draft up."""

    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason", limit=2000)


@dataclass(frozen=True, kw_only=True, slots=True)
class CutAct(Act):
    """A person's edit of a film's transitions. Frames are places in the table of timestamps that the hash names."""

    pts_table_hash: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_name(self.pts_table_hash, "The hash of the table of timestamps")

    @property
    def was(self) -> Place | None:
        """Where the transition was before the edit; None where it is new."""
        return None

    @property
    def now(self) -> Place | None:
        """Where it is after it; None where it is gone."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class CutAdded(CutAct):
    """A person saw a transition."""

    transition_kind: TransitionKind
    start_frame: int
    """The first frame that is no longer wholly the old shot."""
    end_frame: int
    """The first frame that is wholly the new shot; for a cut the same."""

    def __post_init__(self) -> None:
        CutAct.__post_init__(self)
        check_transition(self.transition_kind, self.start_frame, self.end_frame)

    @property
    def now(self) -> Place:
        """Where it is."""
        return self.start_frame, self.end_frame


@dataclass(frozen=True, kw_only=True, slots=True)
class CutMoved(CutAct):
    """A person put a transition elsewhere, or said that it is of another kind."""

    was_start: int
    was_end: int
    transition_kind: TransitionKind
    start_frame: int
    end_frame: int

    def __post_init__(self) -> None:
        CutAct.__post_init__(self)
        check_stretch(self.was_start, self.was_end)
        check_transition(self.transition_kind, self.start_frame, self.end_frame)

    @property
    def was(self) -> Place:
        """Where it was."""
        return self.was_start, self.was_end

    @property
    def now(self) -> Place:
        """Where it is."""
        return self.start_frame, self.end_frame


@dataclass(frozen=True, kw_only=True, slots=True)
class CutRemoved(CutAct):
    """A person said that nothing happens there."""

    start_frame: int
    end_frame: int

    def __post_init__(self) -> None:
        CutAct.__post_init__(self)
        check_stretch(self.start_frame, self.end_frame)

    @property
    def was(self) -> Place:
        """Where it was."""
        return self.start_frame, self.end_frame


@dataclass(frozen=True, kw_only=True, slots=True)
class CutUndone(Act):
    """A person took an edit back."""

    undone: int
    """The version of the act that counts no more."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if self.undone < 1:
            raise BadInput(f"There is no act {self.undone}.", mend="Name an earlier act of the stream, from 1.")


CutEdit = CutAdded | CutMoved | CutRemoved


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditOpened(Act):
    """An audit of captions began."""

    people: int = 1
    """How many people are to audit each item; more may."""
    note: str = ""
    """What the auditors are told."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.note, "The note", limit=5000)
        if not 1 <= self.people <= 1000:
            raise BadInput(f"{self.people} people are to audit each item.", mend="Give 1 to 1,000.")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditItemAdded(Act):
    """A caption came into an audit."""

    item: AuditItem


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited(Act):
    """A person said how good a caption is; the same person's later answer to the same item stands in its place."""

    dataset: str
    item: str
    ratings: AuditRatings
    spans: tuple[AuditSpan, ...] = ()
    critique: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        for name in ("dataset", "item"):
            check_text(getattr(self, name), f"The {name}", limit=500, blank=False)
        check_spans(self.spans)
        check_text(self.critique, "The critique")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditClosed(Act):
    """A lead ended an audit: answers are no longer given or amended."""

    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason", limit=2000)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditReopened(Act):
    """A lead let an audit that was closed go on."""

    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason", limit=2000)


ACTS: dict[str, type[Act]] = {
    kind.__name__: kind
    for kind in (
        Imported, CampaignOpened, Opened, Claimed, Released, Labelled, Drafted, Rated, Critiqued, Polished, Revised,
        Edited, Submitted, Approved, Rejected, Corrected, Withdrawn,
        SpecDraftOpened, SpecEdited, SpecEditDropped, SpecPublished, SpecDraftDropped,
        CutAdded, CutMoved, CutRemoved, CutUndone,
        AuditOpened, AuditItemAdded, Audited, AuditClosed, AuditReopened,
    )
}  # fmt: skip
"""Every kind of act by its name in the ledger."""


def hash_of_answers(answers: Mapping[str, Answer]) -> str:
    """Identity of a label record, whatever the order of its fields."""
    return content_hash(json.dumps(dict(answers), sort_keys=True, default=Segment.as_json))


def video_stream(video_hash: str) -> str:
    """The stream of one imported file."""
    return f"video/{check_name(video_hash, 'The video hash')}"


def campaign_stream(name: str) -> str:
    """The stream of one campaign."""
    return f"campaign/{check_name(name, 'The campaign name')}"


def spec_stream(name: str) -> str:
    """The stream of a specification's draft and of the versions that came of it."""
    return f"spec/{check_name(name, 'The name of the specification')}"


def cuts_stream(video_hash: str) -> str:
    """The stream of people's edits of one film's transitions."""
    return f"cuts/{check_name(video_hash, 'The video hash')}"


def audit_stream(name: str) -> str:
    """The stream of one audit: its items and all answers."""
    return f"audit/{check_name(name, 'The name of the audit')}"
