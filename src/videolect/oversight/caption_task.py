"""Where one caption stands: ``fold(acts)`` gives the state of a task, who holds it, and what may come next or why not.

Status is never stored as truth and never guessed: it follows from the acts. A task goes through *rounds*: the author's,
then, after each rejection, a correction. What depends on other tasks (waiting, staleness) is in ``standing``; what
depends on a person's role is in ``roles``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from videolect.errors import BadInput, NotYourTurn
from videolect.oversight.changing import changed, unseen
from videolect.oversight.holding import Holding, beginning, check_follows
from videolect.record.acts.base import Act
from videolect.record.acts.captions import (
    Approved,
    Corrected,
    Critiqued,
    Drafted,
    Edited,
    Polished,
    Rated,
    Rejected,
    Revised,
    Submitted,
)
from videolect.record.acts.tasks import Claimed, Opened, Released, Stage, Status, Withdrawn
from videolect.record.campaign import Mode, TaskKey
from videolect.record.critique import Critique

STATUSES: tuple[Status, ...] = get_args(Status)
STAGE_OF: Mapping[Status, Stage] = {
    "to_label": "label", "to_draft": "draft", "to_caption": "caption", "to_review": "review", "to_correct": "correct"
}  # fmt: skip
"""The stage that a worker takes at each status."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One person's go at the caption: the author's, or a correction after a rejection."""

    kind: Literal["caption", "correction"]
    author: str
    token: int
    draft: Drafted | None
    rating: int | None = None
    critique: Critique | None = None
    polished: Polished | None = None
    """The critique in a model's words, whether they were accepted or not."""
    revision: Revised | None = None
    edited: str | None = None
    inherited: Round | None = None
    """The rejected round that a correction starts from."""
    closed: Submitted | Corrected | None = None
    verdict: Approved | Rejected | None = None

    @property
    def text(self) -> str | None:
        """What would be submitted now: the hand's text, else the reviser's, else a draft called perfect; else None."""
        if self.edited is not None:
            return self.edited
        if self.revision is not None:
            return self.revision.text
        if self.draft is not None and self.rating == 5:
            return self.draft.text
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionTask:
    """One clip x aspect on its way through the loop."""

    key: TaskKey
    opened: Opened
    version: int = 1
    updated_at: datetime
    holding: Holding = field(default_factory=Holding)
    draft: Drafted | None = None
    round: Round | None = None
    """The round at work, or None between rounds."""
    rounds: tuple[Round, ...] = ()
    """Closed rounds, oldest first."""
    side_rounds: Mapping[int, Round] = field(default_factory=dict)
    """By token: rounds of workers whose lease went to someone else while they worked."""
    extras: tuple[Act, ...] = ()
    """Acts that came under a token that no longer counted."""
    withdrawn: Withdrawn | None = None
    active_seconds: Mapping[Stage, float] = field(default_factory=dict)

    @property
    def mode(self) -> Mode:
        """How this task is worked on: critique a draft, edit the draft, or write from nothing."""
        return self.opened.mode

    @property
    def judged(self) -> Round | None:
        """The last closed round: what a reviewer judges, or what was settled."""
        return self.rounds[-1] if self.rounds else None

    @property
    def authors(self) -> tuple[str, ...]:
        """Everyone who handed in a caption of this task, in order."""
        return tuple(dict.fromkeys(each.author for each in self.rounds))

    @property
    def status(self) -> Status:
        """Where it stands by its own acts (``standing`` adds 'blocked')."""
        if self.withdrawn is not None:
            return "withdrawn"
        if self.mode != "write" and self.draft is None:
            return "to_draft"
        last = self.judged
        if last is None:
            return "to_caption"
        if isinstance(last.verdict, Rejected):
            return "to_correct"
        if isinstance(last.verdict, Approved):
            return "settled"
        return "settled" if last.kind == "correction" and not self.opened.policy.review_corrections else "to_review"

    @property
    def stage(self) -> Stage | None:
        """The stage that a worker takes now."""
        return STAGE_OF.get(self.status)

    @property
    def corrector(self) -> str | None:
        """The one person who may correct it, where the policy leaves it to the author."""
        if self.status == "to_correct" and self.opened.policy.corrector == "author" and self.judged:
            return self.judged.author
        return None

    @property
    def final(self) -> str | None:
        """The final caption of a settled task."""
        return self.submitted_text if self.status == "settled" else None

    @property
    def submitted_text(self) -> str | None:
        """The text last handed in, unless it was taken back or rejected."""
        last = self.judged
        if last is None or last.closed is None or isinstance(last.verdict, Rejected):
            return None
        return last.closed.text


def fold(acts: Iterable[Act]) -> CaptionTask:
    """Where one caption stands after these acts, oldest first. NotYourTurn where an act may not follow the others."""
    key, opened, rest = beginning(acts)
    task = CaptionTask(key=key, opened=opened, updated_at=opened.at)
    for act in rest:
        _advance(task, act)  # nobody has seen this task yet, so a million acts need not copy it a million times
    return task


def apply(task: CaptionTask, act: Act) -> CaptionTask:
    """The task after one more act. NotYourTurn where it may not follow."""
    return _advance(changed(task), act)


# What follows changes the task that it is given (``unseen``): a copy of ``apply``, or the one that ``fold`` is making.


def _advance(task: CaptionTask, act: Act) -> CaptionTask:
    check_follows(task.version, act)
    _dispatch(task, act)
    return unseen(task, version=act.version, updated_at=act.at, active_seconds=_seconds(task, act))


def _dispatch(task: CaptionTask, act: Act) -> CaptionTask:
    if isinstance(act, Claimed):
        return _claimed(task, act)
    if isinstance(act, Withdrawn):
        return _withdrawn(task, act)
    if isinstance(act, Released):
        return unseen(task, holding=task.holding.released(act))
    if type(act) not in _VERB_OF:
        raise NotYourTurn(f"{type(act).__name__} does not belong in a caption's task.", mend="Use the desk's verbs.")
    if not task.holding.is_current(act):
        return _extra(task, act)
    require(task, _VERB_OF[type(act)], act.worker)
    match act:
        case Drafted():
            return _drafted(task, act)
        case Submitted() | Corrected():
            closed = changed(_open_round(task), closed=act)
            if act.text != closed.text:
                raise NotYourTurn(
                    "The text handed in is not the one worked on.", mend="Save the edit, then hand it in."
                )
            return unseen(task, round=None, rounds=(*task.rounds, closed), holding=task.holding.ended())
        case Approved() | Rejected():
            return _judged(task, act)
    return unseen(task, round=work(_open_round(task), act))


_VERB_OF: Mapping[type[Act], str] = {
    Drafted: "draft", Rated: "rate", Critiqued: "critique", Polished: "polish", Revised: "revise", Edited: "edit",
    Submitted: "submit", Approved: "approve", Rejected: "reject", Corrected: "correct", Withdrawn: "withdraw",
}  # fmt: skip


def require(task: CaptionTask, verb: str, worker: str) -> None:
    """Raise NotYourTurn with the reason unless this worker may do this now."""
    if why := why_not(task, verb, worker):
        raise NotYourTurn(why[0], mend=why[1])


def why_not(task: CaptionTask, verb: str, worker: str) -> tuple[str, str] | None:
    """None where ``worker`` may do ``verb`` now; else what stands against it, and the mend."""
    if verb == "withdraw":
        return _why_not_take_back(task, worker)
    if task.withdrawn is not None:
        return f"{task.key.stream} was withdrawn.", "Choose another task."
    if verb in ("approve", "reject"):
        if task.judged is not None and worker in task.authors:
            return (
                f"{worker} wrote the caption of {task.key.stream} and cannot decide on it.",
                "Let another reviewer decide.",
            )
        if task.status != "to_review":
            return f"{task.key.stream} is {task.status}: there is nothing to decide.", "Wait until it is submitted."
    holder = task.holding.holder
    if holder is None or holder.worker != worker:
        return f"{worker} does not hold {task.key.stream}.", "Claim it first."
    if holder.stage not in _STAGES_OF[verb]:
        return f"{worker} holds {task.key.stream} to {holder.stage}, not to {verb}.", "Claim it for that."
    if verb == "draft":
        return None if task.mode != "write" else ("In mode write nobody drafts.", "Write the caption.")
    if verb in ("approve", "reject"):
        return None
    return _why_not_in_round(task, verb)


_STAGES_OF: Mapping[str, tuple[Stage, ...]] = {
    "draft": ("draft", "caption", "correct"),
    **dict.fromkeys(("rate", "critique", "polish", "revise", "edit"), ("caption", "correct")),
    "submit": ("caption",),
    "correct": ("correct",),
    "approve": ("review",),
    "reject": ("review",),
}


def _why_not_in_round(task: CaptionTask, verb: str) -> tuple[str, str] | None:
    """What stands against rating, criticising, revising, editing and handing in, by what the round has so far."""
    now = _open_round(task)
    if verb in ("rate", "critique", "polish", "revise") and task.mode != "critique":
        return f"In mode {task.mode} there is no rating and no critique.", "Write the caption and submit it."
    if verb == "critique" and (now.rating is None or now.rating == 5):
        return "A critique follows a rating below 5.", "Rate the draft first; 5 means that no edits are needed."
    if verb in ("polish", "revise") and now.critique is None:
        return f"There is no critique to {verb}{' by' if verb == 'revise' else ''}.", "Write the critique first."
    if verb == "edit" and task.mode == "critique" and now.critique is None:
        return "The caption is edited after the critique.", "Say first what is wrong with the draft."
    if verb in ("submit", "correct"):
        return _why_not_hand_in(task, now)
    return None


def _why_not_hand_in(task: CaptionTask, now: Round) -> tuple[str, str] | None:
    if task.mode == "critique" and now.rating is None:
        return "The draft has no rating.", "Rate it from 1 to 5."
    if now.text is None:
        return "There is no caption to hand in.", "Revise by the critique, or write it by hand."
    if task.mode == "critique" and now.rating != 5 and now.draft is not None and now.text == now.draft.text:
        return (
            f"The draft is rated {now.rating}, yet the caption equals it.",
            "Mend what the critique names, or rate the draft 5.",
        )
    before = now.inherited
    if before is not None and (now.text, now.critique, now.rating) == (before.text, before.critique, before.rating):
        return "The correction changes nothing.", "Change the critique or the caption that was rejected."
    return None


def _why_not_take_back(task: CaptionTask, worker: str) -> tuple[str, str] | None:
    last = task.judged
    if last is None or last.author != worker or task.status != "to_review":
        return f"{worker} has no submission here that waits for a verdict.", "A settled caption stays."
    if task.holding.holder is not None:
        return "A reviewer is looking at it.", "Wait for the verdict."
    return None


def work(now: Round, act: Act) -> Round:
    """The round after one piece of work. A new critique, or calling the draft perfect, voids what was built before."""
    match act:
        case Rated() if act.rating == 5:
            return changed(now, rating=5, critique=None, polished=None, revision=None, edited=None)
        case Rated():
            return changed(now, rating=act.rating)
        case Critiqued():
            if now.critique is not None and same_notes(act.critique, now.critique):
                return changed(now, critique=act.critique)  # polished words are accepted, or dropped again
            return changed(now, critique=act.critique, polished=None, revision=None, edited=None)
        case Polished():
            return changed(now, polished=act)
        case Revised():
            return changed(now, revision=act, edited=None)
        case Edited():
            return changed(now, edited=act.text)
    raise NotYourTurn(f"{type(act).__name__} is no part of a round.", mend="Use the desk's verbs.")


def same_notes(one: Critique, other: Critique) -> bool:
    """Whether an expert said the same in both, in whatever words a model put it."""
    return replace(one, polished="") == replace(other, polished="")


def _open_round(task: CaptionTask) -> Round:
    assert task.round is not None, "whoever holds a task to caption or to correct it has a round"
    return task.round


def _claimed(task: CaptionTask, act: Claimed) -> CaptionTask:
    if act.stage != task.stage:
        raise NotYourTurn(f"{act.stream} is {task.status}, not ready to {act.stage}.", mend="Read the task again.")
    who = act.actor.id
    if act.stage == "review" and who in task.authors:
        raise NotYourTurn(
            f"{who} wrote the caption of {act.stream} and cannot decide on it.", mend="Let another do it."
        )
    if act.stage == "correct":
        _check_corrector(task, who)
    unseen(task, holding=task.holding.claimed(act))
    return _begin_round(task, who, task.holding.token) if act.stage in ("caption", "correct") else task


def _check_corrector(task: CaptionTask, who: str) -> None:
    if task.corrector is not None and who != task.corrector:
        raise NotYourTurn(f"{task.corrector} corrects {task.key.stream}, by the campaign's policy.", mend="Leave it.")
    if task.corrector is None and task.judged is not None and who == task.judged.author:
        raise NotYourTurn(
            f"{who} wrote what was rejected; by the campaign's policy a reviewer corrects it.", mend="Leave it."
        )


def _begin_round(task: CaptionTask, who: str, token: int) -> CaptionTask:
    """Go on with one's own open round, or begin one; another's unfinished round moves aside."""
    aside = dict(task.side_rounds)
    if task.round is not None:
        if task.round.author == who:
            return unseen(task, round=changed(task.round, token=token))
        aside[task.round.token] = task.round
    rejected = task.judged if task.stage == "correct" else None
    if rejected is None:
        begun = Round(
            kind="caption", author=who, token=token, draft=task.draft,
            edited=task.draft.text if task.mode == "edit" and task.draft else None,
        )  # fmt: skip
    else:
        begun = changed(
            rejected, kind="correction", author=who, token=token, inherited=rejected, closed=None, verdict=None
        )
    return unseen(task, round=begun, side_rounds=aside)


def _drafted(task: CaptionTask, act: Drafted) -> CaptionTask:
    """A first draft ends the model's lease; a new draft under a person's lease begins the round anew."""
    unseen(task, draft=act)
    if task.round is None:
        return unseen(task, holding=task.holding.ended())
    fresh = Round(
        kind=task.round.kind, author=task.round.author, token=task.round.token, draft=act,
        edited=act.text if task.mode == "edit" else None, inherited=task.round.inherited,
    )  # fmt: skip
    return unseen(task, round=fresh)


def _judged(task: CaptionTask, act: Approved | Rejected) -> CaptionTask:
    last = task.rounds[-1]
    points = {point.id for point in last.critique.points} if last.critique else set()
    if unknown := sorted(set(act.ticks) - points):
        raise BadInput(f"The critique has no point {unknown[0]!r} to tick.", mend="Read the task again.")
    unseen(task, rounds=(*task.rounds[:-1], changed(last, verdict=act)))
    if isinstance(act, Approved) or task.opened.policy.corrector == "author":
        return unseen(task, holding=task.holding.ended())
    unseen(task, holding=task.holding.moved("correct"))
    return _begin_round(task, act.actor.id, task.holding.token)


def _withdrawn(task: CaptionTask, act: Withdrawn) -> CaptionTask:
    if act.target == "task":
        if task.status in ("settled", "withdrawn"):
            raise NotYourTurn(f"{act.stream} is {task.status}.", mend="Leave it: what is settled stays.")
        return unseen(task, withdrawn=act, holding=task.holding.ended())
    require(task, "withdraw", act.actor.id)
    last = task.rounds[-1]
    return unseen(task, rounds=task.rounds[:-1], round=changed(last, closed=None))


def _extra(task: CaptionTask, act: Act) -> CaptionTask:
    """Keep an answer that came too late; a worker's round that moved aside goes on for itself."""
    verb = _VERB_OF[type(act)]
    if verb in ("approve", "reject") and act.worker in task.authors:
        require(task, verb, act.worker)
    lease = task.holding.issued[act.token or 0]
    if lease.stage not in _STAGES_OF[verb]:
        raise NotYourTurn(f"{act.worker} held {act.stream} to {lease.stage}, not to {verb}.", mend="Claim it for that.")
    aside = dict(task.side_rounds)
    token = act.token or 0
    if isinstance(act, Rated | Critiqued | Polished | Revised | Edited) and token in aside:
        aside[token] = work(aside[token], act)
    elif isinstance(act, Submitted | Corrected) and token in aside:
        aside[token] = changed(aside[token], closed=act)
    return unseen(task, extras=(*task.extras, act), side_rounds=aside)


def _seconds(task: CaptionTask, act: Act) -> Mapping[Stage, float]:
    lease = task.holding.issued.get(act.token) if act.token is not None else None
    if lease is None or not act.active_seconds:
        return task.active_seconds
    # A rejection is the last act of reviewing, although its lease has moved on to correcting.
    stage: Stage = "review" if isinstance(act, Approved | Rejected) else lease.stage
    return {**task.active_seconds, stage: task.active_seconds.get(stage, 0.0) + act.active_seconds}
