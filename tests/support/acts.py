"""Builders with which tests speak in acts: who did what, with versions, times and tokens numbered for them.

``History`` is one task's stream::

    task = History().tell(claimed(by=DRAFTER), drafted(), claimed(by="ann"), rated(3)).task

Who is left out is the usual one (ann captions, rev reviews); a token that is left out is that worker's last. The
workers, the tiny specification, the clock and the writer beside it are what a desk needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Self

from videolect.language.shelf import Shelf
from videolect.oversight import caption_task, labelling
from videolect.oversight.caption_task import CaptionTask
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.labelling import LabelTask
from videolect.oversight.ports import Clock
from videolect.oversight.roles import Worker
from videolect.oversight.standing import QueueProjector, Task, fold_any
from videolect.oversight.streams import Work
from videolect.oversight.worker import draft_all, drafter
from videolect.record.acts.base import Act
from videolect.record.acts.captions import (
    Approved,
    Corrected,
    Critiqued,
    Drafted,
    Edited,
    NotApplied,
    Polished,
    Rated,
    Rejected,
    Revised,
    Submitted,
)
from videolect.record.acts.catalogue import CampaignOpened, Imported, campaign_stream, video_stream
from videolect.record.acts.labels import Labelled, hash_of_answers
from videolect.record.acts.tasks import Claimed, Opened, Released, Stage, Withdrawn
from videolect.record.campaign import LABELS, Campaign, Mode, Policy, TaskKey
from videolect.record.checks import content_hash
from videolect.record.clip import Clip, Video
from videolect.record.critique import Critique, Point
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision
from videolect.record.people import Model, Person

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
CAMPAIGN = "demo"
DRAFT = "A man walks over a bridge."
ANSWERS = {"shot": "wide", "subjects": ("man",)}
WRITER = Model(name="rules", version="1", prompt_hash="ab" * 32, parameters={"seed": 7})

LATE_FREE = {"version", "updated_at", "extras", "side_rounds", "active_seconds"}
"""What an extra may change of a task: that it came, and what stands beside the work."""


# ---------------------------------------------------------------------------------------------------- who and with what


def person(id: str, *roles: str) -> Worker:
    """A person at the desk."""
    return Worker(actor=Person(id=id), roles=roles)


ANN = person("ann", "annotator")
BOB = person("bob", "annotator")
REV = person("rev", "reviewer")
REX = person("rex", "reviewer")
LEAD = person("lead", "lead")
DRAFTER = drafter()
WORKERS = {worker.id: worker for worker in (ANN, BOB, REV, REX, LEAD, DRAFTER)}


class SimulatedClock:
    """A clock that stands until a test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def now(self) -> datetime:
        """In UTC."""
        return self.time

    def advance(self, seconds: float) -> datetime:
        """Move on; the new time."""
        self.time += timedelta(seconds=seconds)
        return self.time


@dataclass(frozen=True)
class TinyAspect:
    """As much of an aspect as the desk asks for."""

    id: str
    parents: tuple[str, ...] = ()
    by_default: bool = True


@dataclass(frozen=True)
class Fault:
    """A broken rule of the label form."""

    fields: tuple[str, ...]
    rule: str
    mend: str


class TinySpec:
    """As much of a specification as the desk asks for: a chain of three aspects, and one that stands alone."""

    name = "tiny"
    version = "1.0.0"
    hash = "0" * 64
    record_schema = 2
    fields = ()
    primitives: Mapping[str, Any] = {"pan_left": None}

    def __init__(self, **parents: tuple[str, ...]) -> None:
        chosen = parents or {"subject": (), "scene": (), "motion": ("subject",), "spatial": ("subject", "scene")}
        self.aspects = tuple(TinyAspect(id, tuple(before)) for id, before in chosen.items())

    def check_answers(self, answers: Mapping[str, Any]) -> list[Fault]:
        """One rule: nobody answers ``wrong``."""
        return [Fault((name,), f"{name} is never wrong.", "Answer again.") for name in answers if name == "wrong"]

    def as_json(self) -> dict[str, Any]:
        """No field is described, so no answer is out of place."""
        return {"fields": [], "form_groups": [], "consistency": []}

    def migrate(self, answers: Mapping[str, Any], schema: int) -> dict[str, Any]:
        """Schema 1 called the size of the shot ``size``."""
        return {"shot" if name == "size" and schema == 1 else name: value for name, value in answers.items()}

    def normalise(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Lists become tuples, what is open is dropped."""
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in answers.items()}
        return {name: value for name, value in known.items() if value is not None}


class FakeWriter:
    """Writes a text that tells what it was written from; ``refuse`` may raise for a request."""

    def __init__(self, refuse: Callable[[DraftRequest], None] | None = None) -> None:
        self.refuse = refuse
        self.drafts: list[DraftRequest] = []
        self.revisions: list[ReviseRequest] = []
        self.while_revising: Callable[[], None] | None = None

    def draft(self, request: DraftRequest) -> Draft:
        """The caption of one aspect."""
        self.drafts.append(request)
        if self.refuse is not None:
            self.refuse(request)
        parents = "".join(f" {name}: {content_hash(text)[:8]}" for name, text in sorted(request.parents.items()))
        labels = hash_of_answers(request.answers)[:8]
        return Draft(text=f"{request.aspect} of {request.clip.id} by {labels}{parents}.", model=WRITER)

    def polish(self, request: PolishRequest) -> PolishedText:
        """The critique in its own words, said to be polished."""
        if self.while_revising is not None:
            self.while_revising()
        return PolishedText(text=f"Polished: {request.critique.words}", model=WRITER)

    def revise(self, request: ReviseRequest) -> Revision:
        """The draft with a sentence for each revision that was asked for."""
        self.revisions.append(request)
        if self.while_revising is not None:
            self.while_revising()
        *mended, last = [point.id for point in request.critique.points] or ["none"]
        left = (NotApplied(point=last, why="unclear"),) if last != "none" else ()
        text = f"{request.draft} Mended: {content_hash(request.critique.words)[:8]}."
        return Revision(text=text, model=WRITER, applied=tuple(mended), not_applied=left)


# --------------------------------------------------------------------------------------------------------------- values


def clip(id: str = "c1", *, frames: int = 48) -> Clip:
    """A clip at 24 frames a second."""
    return Clip(
        id=id, video_hash="ab" * 32, source_id="film", start_pts=0, end_pts=frames * 512, time_base=Fraction(1, 12288),
        start_frame=0, end_frame=frames,
    )  # fmt: skip


def video(**changed: Any) -> Video:
    """A small ordinary file."""
    usual: dict[str, Any] = {
        "hash": "ab" * 32, "file_name": "bridge.mp4", "size_bytes": 1234, "container": "mp4", "codec": "h264",
        "pixel_format": "yuv420p", "bit_depth": 8, "width": 640, "height": 360, "rotation": 0,
        "sample_aspect_ratio": Fraction(1), "time_base": Fraction(1, 12288), "start_pts": 0, "end_pts": 24576,
        "container_start_s": Fraction(0), "frames": 48, "variable_rate": False, "pts_table_hash": "cd" * 32,
        "browser_playable": True,
    }  # fmt: skip
    return Video(**{**usual, **changed})


def point(id: str = "p1", words: str = "man", *, text: str = DRAFT, **more: Any) -> Point:
    """A point about the first place where the text says these words."""
    start = text.index(words)
    usual = {"kind": "replace", "start": start, "end": start + len(words), "words": words, "instruction": "woman"}
    return Point(id=id, **{**usual, **more})


def critique(*points: Point, raw: str = "Not a man.") -> Critique:
    """What is wrong with a draft."""
    return Critique(raw=raw, points=points)


def key_of(aspect: str = "subject", *, clip: str = "c1", campaign: str = CAMPAIGN) -> TaskKey:
    """A task's key in the usual campaign."""
    return TaskKey(campaign=campaign, clip=clip, aspect=aspect)


# ----------------------------------------------------------------------------------------------------------------- acts


@dataclass(frozen=True)
class Said:
    """An act that has no place in a stream yet."""

    kind: type[Act]
    by: str | None
    fields: Mapping[str, Any]
    token: int | None = None
    seconds: float = 0.0
    key: str | None = None


def _said(kind: type[Act], by: str | Worker | None, more: Mapping[str, Any], **fields: Any) -> Said:
    extra = {name: more[name] for name in ("token", "seconds", "key") if name in more}
    own = {name: value for name, value in more.items() if name not in extra}
    return Said(kind, by.id if isinstance(by, Worker) else by, {**fields, **own}, **extra)


def claimed(by: str | Worker = "ann", stage: Stage | None = None, **more: Any) -> Said:
    """The lease was taken; for the stage that the task is at, if none is named."""
    return _said(Claimed, by, more, stage=stage)


def released(by: str | Worker = "ann", **more: Any) -> Said:
    """The lease was given back."""
    return _said(Released, by, more)


def labelled(
    by: str | Worker = "ann", answers: Mapping[str, Any] = ANSWERS, record_schema: int = TinySpec.record_schema,
    **more: Any,
) -> Said:  # fmt: skip
    """The label form was answered."""
    return _said(Labelled, by, more, answers=answers, record_schema=record_schema)


def drafted(text: str = DRAFT, by: str | Worker = DRAFTER, **more: Any) -> Said:
    """A model wrote a draft; ``by`` holds the lease."""
    return _said(Drafted, by, more, text=text)


def rated(rating: int = 3, by: str | Worker = "ann", **more: Any) -> Said:
    """The draft was rated."""
    return _said(Rated, by, more, rating=rating)


def critiqued(
    *points: Point, by: str | Worker = "ann", raw: str = "Not a man.", polished: str = "", **more: Any
) -> Said:  # fmt: skip
    """The draft was criticised."""
    return _said(Critiqued, by, more, critique=replace(critique(*points, raw=raw), polished=polished))


def polished(text: str = "It is a woman, not a man.", by: str | Worker = "ann", **more: Any) -> Said:
    """A model put the critique of ``by`` into other words."""
    return _said(Polished, by, more, text=text)


def revised(text: str = "A woman walks over a bridge.", by: str | Worker = "ann", **more: Any) -> Said:
    """A model wrote the post-caption for ``by``."""
    return _said(Revised, by, more, text=text)


def edited(text: str = "A woman strolls over a bridge.", by: str | Worker = "ann", **more: Any) -> Said:
    """The caption was written by hand."""
    return _said(Edited, by, more, text=text)


def submitted(text: str | None = None, by: str | Worker = "ann", **more: Any) -> Said:
    """The caption was handed in: what stands in the round, if no text is given."""
    return _said(Submitted, by, more, text=text)


def approved(by: str | Worker = "rev", **more: Any) -> Said:
    """The caption may stand."""
    return _said(Approved, by, more)


def rejected(by: str | Worker = "rev", reason: str = "The man is a woman.", **more: Any) -> Said:
    """The caption may not stand."""
    return _said(Rejected, by, more, reason=reason)


def corrected(text: str | None = None, by: str | Worker = "rev", **more: Any) -> Said:
    """The correction was handed in: what stands in the round, if no text is given."""
    return _said(Corrected, by, more, text=text)


def withdrawn(target: str = "submission", by: str | Worker = "ann", **more: Any) -> Said:
    """A submission was taken back, or the task closed."""
    return _said(Withdrawn, by, more, target=target)


@dataclass
class History:
    """The acts of one task, oldest first."""

    aspect: str = "subject"
    mode: Mode = "critique"
    policy: Policy = field(default_factory=Policy)
    clip: str = "c1"
    campaign: str = CAMPAIGN
    priority: int = 0
    acts: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        opened = Opened(
            stream=self.key.stream, version=1, actor=LEAD.actor, at=START, spec_version=TinySpec.version,
            clip=clip(self.clip), mode=self.mode, policy=self.policy, priority=self.priority,
        )  # fmt: skip
        self.acts = self.acts or [opened]

    @property
    def key(self) -> TaskKey:
        """The task's key."""
        return key_of(self.aspect, clip=self.clip, campaign=self.campaign)

    @property
    def state(self) -> Task:
        """The fold of the acts."""
        return fold_any(self.acts)

    @property
    def task(self) -> CaptionTask:
        """The fold of a caption's acts."""
        return caption_task.fold(self.acts)

    @property
    def labels(self) -> LabelTask:
        """The fold of a labelling task's acts."""
        return labelling.fold(self.acts)

    def token_of(self, who: str) -> int | None:
        """The last token that this worker was given."""
        return next(
            (act.token for act in reversed(self.acts) if isinstance(act, Claimed) and act.actor.id == who), None
        )

    def next(self, said: Said) -> Act:
        """The act that these words would be now, with version, time, token and the round's text filled in."""
        task = self.state
        fields = dict(said.fields)
        worker = said.by or ""
        token = said.token if said.token is not None else self.token_of(worker)
        if said.kind is Claimed:
            token = said.token or task.holding.token + 1
            fields["stage"] = fields["stage"] or ("label" if isinstance(task, LabelTask) else task.stage)
        elif said.kind in (Submitted, Corrected) and fields["text"] is None:
            assert isinstance(task, CaptionTask)
            now = task.side_rounds.get(token or 0, task.round)
            fields["text"] = (now.text if now is not None else None) or "Nothing."
        known = WORKERS.get(worker)
        actor = known.actor if known is not None else Person(id=worker)
        if said.kind in (Drafted, Revised):
            fields.setdefault("asked_by", worker)
            actor = WRITER
        return said.kind(
            stream=self.key.stream, version=len(self.acts) + 1, actor=actor, token=token, key=said.key,
            at=START + timedelta(seconds=len(self.acts)), spec_version=TinySpec.version,
            active_seconds=said.seconds, **fields,
        )  # fmt: skip

    def tell(self, *said: Said) -> Self:
        """Add acts; an act that may not follow raises, and is not added."""
        for each in said:
            act = self.next(each)
            fold_any([*self.acts, act])
            self.acts.append(act)
        return self

    def copy(self) -> History:
        """The same history, to go on differently."""
        return History(self.aspect, self.mode, self.policy, self.clip, self.campaign, self.priority, list(self.acts))


def with_draft(**how: Any) -> History:
    """A task that waits for its caption (in mode write there is no draft)."""
    history = History(**how)
    return history if history.mode == "write" else history.tell(claimed(by=DRAFTER), drafted())


def working(by: str = "ann", **how: Any) -> History:
    """A task on which a person has begun."""
    return with_draft(**how).tell(claimed(by=by))


def written(by: str = "ann", **how: Any) -> History:
    """A task whose caption is ready to be handed in, by the way of its mode."""
    history = working(by=by, **how)
    if history.mode == "critique":
        return history.tell(rated(3, by=by), critiqued(point(), by=by), revised(by=by))
    return history.tell(edited(by=by))


def handed_in(by: str = "ann", **how: Any) -> History:
    """A task that waits for its verdict."""
    return written(by=by, **how).tell(submitted(by=by))


def turned_down(by: str = "ann", reviewer: str = "rev", **how: Any) -> History:
    """A task whose caption was rejected."""
    return handed_in(by=by, **how).tell(claimed(by=reviewer), rejected(by=reviewer))


def settled(by: str = "ann", reviewer: str = "rev", **how: Any) -> History:
    """A task whose caption was approved."""
    return handed_in(by=by, **how).tell(claimed(by=reviewer), approved(by=reviewer))


def labelled_history(
    answers: Mapping[str, Any] = ANSWERS, record_schema: int = TinySpec.record_schema, **how: Any
) -> History:
    """A labelling task that was answered."""
    return History(aspect=LABELS, **how).tell(claimed(), labelled(answers=answers, record_schema=record_schema))


# ----------------------------------------------------------------------------------------------------------- other acts


def campaign_opened(name: str = CAMPAIGN, *, key: str | None = None, by: Worker = LEAD) -> CampaignOpened:
    """The first act of a campaign."""
    opened = Campaign(name=name, spec_version=TinySpec.version, spec_hash=TinySpec.hash, aspects=("subject",))
    return CampaignOpened(
        stream=campaign_stream(name), version=1, actor=by.actor, at=START, spec_version=TinySpec.version, key=key,
        campaign=opened,
    )  # fmt: skip


def imported(**changed: Any) -> Imported:
    """The first act of a video."""
    held = video(**changed)
    return Imported(
        stream=video_stream(held.hash), version=1, actor=LEAD.actor, at=START, spec_version=TinySpec.version, video=held
    )


# ------------------------------------------------------------------------------------------------------------- the desk


@dataclass
class Bench:
    """A desk with its ledger, clock and writer, and one campaign on it."""

    desk: Desk
    clock: SimulatedClock
    writer: FakeWriter
    campaign: Campaign

    def key(self, aspect: str = "subject", clip: str = "c1") -> TaskKey:
        """A task of the campaign."""
        return key_of(aspect, clip=clip, campaign=self.campaign.name)

    def claim(self, worker: Worker, aspect: str = "subject", clip: str = "c1", **work: Any) -> Work:
        """Claim a task; the ``Work`` that goes with its acts."""
        return Work(token=self.desk.claim(worker, self.key(aspect, clip)).token, **work)

    def label(self, clip: str = "c1", answers: Mapping[str, Any] = ANSWERS, by: Worker = ANN) -> None:
        """Answer the label form of a clip."""
        self.desk.label(by, self.key(LABELS, clip), self.claim(by, LABELS, clip), answers)

    def draft(self) -> int:
        """Draft all that waits; the writer fails on none."""
        done = draft_all(self.desk, self.writer, DRAFTER)
        assert not done.failed
        return done.drafted

    def begin(self, worker: Worker = ANN, aspect: str = "subject", clip: str = "c1") -> Work:
        """Labels, drafts, and a claim to caption."""
        if self.task(LABELS, clip).status == "to_label":
            self.label(clip)
        self.draft()
        return self.claim(worker, aspect, clip)

    def hand_in(self, worker: Worker = ANN, aspect: str = "subject", clip: str = "c1", rating: int = 5) -> Work:
        """Take a task as far as its verdict."""
        work = self.begin(worker, aspect, clip)
        key = self.key(aspect, clip)
        if self.task(aspect, clip).opened.mode == "critique":
            self.desk.rate(worker, key, work, rating)
            if rating != 5:
                self.desk.critique(worker, key, work, critique())
                self.desk.revise(worker, key, work)
        else:
            self.desk.edit(worker, key, work, f"{aspect} of {clip} as {worker.id} saw it.")
        self.desk.submit(worker, key, work)
        return work

    def settle(self, aspect: str = "subject", clip: str = "c1") -> None:
        """Take a task to its end."""
        self.hand_in(aspect=aspect, clip=clip)
        self.desk.approve(REV, self.key(aspect, clip), self.claim(REV, aspect, clip), {})

    def task(self, aspect: str = "subject", clip: str = "c1") -> Any:
        """A task as it stands."""
        return self.desk.look(self.key(aspect, clip)).task

    def status(self, aspect: str = "subject", clip: str = "c1") -> str:
        """A task's status with its parents taken into account."""
        return self.desk.look(self.key(aspect, clip)).standing.status

    def may(self, worker: Worker, aspect: str = "subject", clip: str = "c1") -> dict[str, str | None]:
        """What the worker may do with a task."""
        return self.desk.may(self.desk.look(self.key(aspect, clip)), worker)


def catalogue(
    spec: Any,
    make_ledger: Callable[[Any], Any] | None = None,
    *,
    shelf: Shelf | None = None,
    clock: Clock | None = None,
) -> Catalogue:
    """An empty catalogue under a specification (or of a shelf), on a ledger in memory or the one that is made of a
    projector."""
    from videolect.ledger.memory import MemoryLedger

    shelf = shelf or Shelf(spec)
    return Catalogue((make_ledger or MemoryLedger)(QueueProjector(shelf)), shelf, clock)


def bench(
    make_ledger: Callable[[Any], Any] | None = None, *, policy: Policy | None = None, clips: Iterable[str] = ("c1",),
    spec: TinySpec | None = None, writer: FakeWriter | None = None,
) -> Bench:  # fmt: skip
    """A desk on a ledger in memory (or the one that ``make_ledger`` makes of a projector), with a campaign of clips."""
    spec, clock, writer = spec or TinySpec(), SimulatedClock(), writer or FakeWriter()
    desk = Desk(catalogue(spec, make_ledger, clock=clock), writer=writer)
    campaign = desk.catalogue.open_campaign(LEAD, CAMPAIGN, policy=policy)
    desk.catalogue.add_clips(LEAD, campaign, [clip(id) for id in clips])
    return Bench(desk, clock, writer, campaign)
