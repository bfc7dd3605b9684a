"""The desk: the handful of verbs that every face calls, and the only way to change anything: load, check, append.

A verb takes the worker, the task and ``streams.Work`` (the lease's token, an idempotency key, the version seen, active
seconds) and answers with an ``Outcome``. Nothing is overwritten and nothing half done stays: one verb, one transaction.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from videolect.errors import (
    BadInput,
    HeldByAnother,
    KeyReused,
    LeaseLost,
    NotAllowed,
    NotFound,
    NotYourTurn,
    StaleVersion,
)
from videolect.oversight import caption_task, labelling
from videolect.oversight.caption_task import CaptionTask, Round
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.form import faults
from videolect.oversight.labelling import LabelTask
from videolect.oversight.ports import BoardRow, Lease, QueueQuery, TaskRow, Writer
from videolect.oversight.roles import Worker
from videolect.oversight.standing import (
    QueueProjector,
    Standing,
    Task,
    fold_any,
    hash_for_dependants,
    standing,
    text_for_dependants,
)  # fmt: skip
from videolect.oversight.streams import Work, reused
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
    Tick,
)
from videolect.record.acts.labels import Labelled, hash_of_answers
from videolect.record.acts.tasks import Claimed, Released, Stage, Withdrawn
from videolect.record.campaign import LABELS, TaskKey
from videolect.record.checks import content_hash
from videolect.record.critique import Critique
from videolect.record.drafting import Draft, DraftRequest, PolishRequest, ReviseRequest

log = logging.getLogger(__name__)

LEASE_SECONDS = 150
"""A lease's life without a heartbeat. A page beats every 30 s: it may miss four."""

MODEL_LEASE_SECONDS = 20
"""A model's process beats by itself; a short life lets others take over soon when it was killed."""

_TRIES = 4
"""How often a verb re-reads when another act slipped in between."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """``done``; ``repeated``: the key had led to this act already; ``extra``: kept beside the task, moved nothing."""

    outcome: Literal["done", "repeated", "extra"]
    act: Act
    task: Task


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A task as the desk sees it: its state, its standing, the tasks it is written from, and the lease on it."""

    task: Task
    standing: Standing
    parents: Mapping[str, Task]
    lease: Lease | None

    @property
    def missing(self) -> list[str]:
        """Parents from which a draft cannot be written yet, or no longer; one that was closed is not waited for."""
        return [
            aspect
            for aspect, parent in self.parents.items()
            if hash_for_dependants(parent) is None and parent.status != "withdrawn"
        ]


class Desk:
    """Every change to the record goes through one of these methods."""

    def __init__(
        self, catalogue: Catalogue, *, writer: Writer | None = None, lease_seconds: int = LEASE_SECONDS
    ) -> None:
        self.catalogue = catalogue
        self.ledger = catalogue.ledger
        self.clock = catalogue.clock
        self.writer = writer
        self.lease_seconds = lease_seconds
        self._projector = QueueProjector(catalogue.shelf)

    # -- looking

    def look(self, key: TaskKey) -> Look:
        """NotFound where the campaign has no such task."""
        acts = self.ledger.read(key.stream)
        if not acts:
            raise NotFound(f"There is no task {key.stream}.", mend="Choose one from the queue.")
        task = fold_any(acts)
        parents = self._projector.family(key, self.ledger.read)
        return Look(task=task, standing=standing(task, parents), parents=parents, lease=self.ledger.lease(key.stream))

    def may(self, look: Look, worker: Worker) -> dict[str, str | None]:
        """Each verb of the task: None where this worker may do it now, else why not."""
        task = look.task
        if isinstance(task, LabelTask):
            holder = task.holding.holder
            mine = holder is not None and holder.worker == worker.id
            over = None if task.status == "to_label" else f"It is {task.status}."
            return {
                "label": None if mine else "Claim the task first.",
                "withdraw": (None if worker.may("close a task") else f"{worker.id} may not close a task.") or over,
            }
        answer: dict[str, str | None] = {}
        for verb in ("rate", "critique", "polish", "revise", "edit", "submit", "approve", "reject", "correct"):
            why = caption_task.why_not(task, verb, worker.id)
            answer[verb] = why and f"{why[0]} {why[1]}"
        why = caption_task.why_not(task, "draft", worker.id)
        waits = f"It waits for {', '.join(look.missing)}." if look.missing else None
        fresh = None if look.standing.stale else "The draft is not stale."
        answer["redraft"] = (why and f"{why[0]} {why[1]}") or waits or fresh
        why = caption_task.why_not(task, "withdraw", worker.id)
        answer["withdraw"] = why and f"{why[0]} {why[1]}"
        if worker.may("close a task") and task.status not in ("settled", "withdrawn"):
            answer["withdraw"] = None  # a lead may close it
        return answer

    def queue(self, query: QueueQuery) -> Sequence[TaskRow]:
        """Rows of the queue, by priority and then age."""
        return self.ledger.queue(query, now=self.clock.now())

    def board(self, campaign: str | None = None) -> Sequence[BoardRow]:
        """How many tasks stand where."""
        return self.ledger.board(campaign)

    # -- leases

    def claim(self, worker: Worker, key: TaskKey) -> Lease:
        """Take this task, or go on with it where the worker holds it already (another tab gets the same lease)."""
        return self._claim(worker, key, None)

    def _claim(self, worker: Worker, key: TaskKey, wanted: Stage | None) -> Lease:
        """``wanted``: the stage for which the queue offered the task; it may be another by now."""
        for _ in range(_TRIES):
            look = self.look(key)
            now = self.clock.now()
            until = now + self._life(worker)
            holder = look.task.holding.holder
            if holder is not None and holder.worker == worker.id and look.lease is not None:
                try:
                    return self.ledger.renew(key.stream, token=holder.token, now=now, until=until)
                except LeaseLost:  # it had lapsed, and somebody took it a moment ago
                    continue
            if look.lease is not None and look.lease.until > now and look.lease.worker != worker.id:
                raise held_by_another(key)
            act = self._claim_act(worker, look, wanted)
            _apply(look.task, act)  # a claim that may not follow raises here, before anything is kept
            try:
                return self.ledger.claim(act, now=now, until=until)
            except StaleVersion:
                continue
        raise StaleVersion(f"{key.stream} keeps changing.", mend="Try again.")

    def claim_next(
        self, worker: Worker, *, campaign: str | None = None, stages: Sequence[Stage] | None = None,
        aspect: str | None = None, skip: Container[str] = (), another: bool = False,
    ) -> Lease | None:  # fmt: skip
        """Take the first task of the queue that this worker may do, but none in ``skip``; None: there is none.

        A person who holds such a task is sent back to it; with ``another``, and for a model, it is left out.
        """
        for stage in stages or ("correct", *(stage for stage in worker.stages if stage != "correct")):
            reserved_for = None
            if stage not in worker.stages:
                if stage != "correct" or not worker.is_person:
                    continue
                reserved_for = worker.id  # an author corrects his own where the policy says so
            after: tuple[int, int] | None = None
            while rows := self.queue(
                QueueQuery(
                    campaign=campaign,
                    stages=(stage,),
                    aspect=aspect,
                    free_for=worker.id,
                    unheld=another or not worker.is_person,
                    reserved_for=reserved_for,
                    limit=_SPREAD,
                    after=after,
                )
            ):
                # The head first; when others take it at the same moment, spread out, not all to the second.
                start = _place_of(worker.id, len(rows))
                for row in [rows[0], *rows[max(1, start) :], *rows[1 : max(1, start)]]:
                    if row.stream in skip:
                        continue
                    key = TaskKey(campaign=row.campaign, clip=row.clip, aspect=row.aspect)
                    with suppress(HeldByAnother, NotYourTurn, StaleVersion, NotAllowed):
                        return self._claim(worker, key, stage)
                after = (-rows[-1].priority, rows[-1].opened_seq)
        return None

    def heartbeat(self, worker: Worker, key: TaskKey, token: int) -> Lease:
        """Keep the lease alive. LeaseLost when it went to someone else."""
        lease = self.ledger.lease(key.stream)
        if lease is None or lease.worker != worker.id:
            raise LeaseLost(f"{worker.id} no longer holds {key.stream}.", mend="Claim it again to go on.")
        now = self.clock.now()
        return self.ledger.renew(key.stream, token=token, now=now, until=now + self._life(worker))

    def _life(self, worker: Worker) -> timedelta:
        return timedelta(seconds=self.lease_seconds if worker.is_person else MODEL_LEASE_SECONDS)

    def release(self, worker: Worker, key: TaskKey, token: int, *, reason: str = "") -> Task:
        """Give the task back."""
        return self._act(worker, key, Work(token=token), Released, lambda task: {"reason": reason}).task

    # -- the work

    def label(
        self, worker: Worker, key: TaskKey, work: Work, answers: Mapping[str, object], *, untouched: Sequence[str] = ()
    ) -> Outcome:
        """Answer the label form. BadInput lists every rule that the answers break.

        ``untouched``: the fields whose preselected answer the person never looked at.
        """

        def fields(task: Task) -> dict[str, Any]:
            form, spec = self.catalogue.form(key.campaign), self.catalogue.spec_of(key.campaign)
            broken = faults(spec, form, answers, untouched=untouched, frames=task.opened.clip.frames)
            if broken:
                first, more = broken[0], f" ({len(broken) - 1} more)" if len(broken) > 1 else ""
                named = ", ".join(first.fields)
                raise LabelsContradict(f"{named}: {first.rule}{more}", mend=first.mend, violations=broken)
            known = spec.normalise(answers)
            left = tuple(id_ for id_ in form.questions if id_ in untouched and id_ in known)
            return {"answers": known, "record_schema": spec.record_schema, "untouched": left}

        return self._act(worker, key, work, Labelled, fields)

    def keep_draft(self, worker: Worker, key: TaskKey, work: Work, draft: Draft, request: DraftRequest) -> Outcome:
        """Append a draft that a model wrote under its lease; ``request`` is what it was written from."""
        return self._act(worker, key, work, Drafted, lambda task: _draft_fields(draft, request), actor=draft.model)

    def draft_request(self, key: TaskKey) -> DraftRequest:
        """What a writer needs for this task. NotYourTurn while a parent is missing."""
        look = self.look(key)
        if look.missing:
            raise NotYourTurn(f"{key.stream} waits for {', '.join(look.missing)}.", mend="Finish those first.")
        return self._request(key, look)

    def _request(self, key: TaskKey, look: Look) -> DraftRequest:
        labels = look.parents.get(LABELS)
        labelled = labels.labelled if isinstance(labels, LabelTask) else None
        return DraftRequest(
            clip=look.task.opened.clip,
            aspect=key.aspect,
            spec_hash=self.catalogue.spec_of(key.campaign).hash,
            answers=self.catalogue.answers_of(labelled) if labelled else {},
            labels_hash=labelled.labels_hash if labelled else None,
            parents={
                aspect: text
                for aspect, parent in look.parents.items()
                if (text := text_for_dependants(parent)) is not None
            },
        )

    def redraft(self, worker: Worker, key: TaskKey, work: Work) -> Outcome:
        """A new draft, asked for by the person who holds the task, where the old one is stale."""
        if repeated := self._repeated(worker, key, work, Drafted):
            return repeated
        look = self.look(key)
        if isinstance(look.task, CaptionTask):
            caption_task.require(look.task, "draft", worker.id)
        if not look.standing.stale:
            raise NotYourTurn(f"The draft of {key.stream} is not stale.", mend="Criticise it.")
        request = self.draft_request(key)
        return self.keep_draft(worker, key, work, self._writer().draft(request), request)

    def rate(self, worker: Worker, key: TaskKey, work: Work, rating: int) -> Outcome:
        """Say how good the draft is, 1 to 5; 5 means that no edits are needed."""
        return self._act(worker, key, work, Rated, lambda task: {"rating": rating})

    def critique(self, worker: Worker, key: TaskKey, work: Work, critique: Critique) -> Outcome:
        """Say what is wrong with the draft. BadInput where a point's span or frames do not fit draft and clip."""

        def fields(task: Task) -> dict[str, Any]:
            now = _round_of(task, work)
            draft = now.draft
            offered = now.polished.text if now.polished is not None else None
            same = now.critique is not None and caption_task.same_notes(critique, now.critique)
            if critique.polished and not (same and critique.polished == offered):
                raise BadInput(
                    "These are not the words that a writer made of this critique.",
                    mend="Let it be polished again, or hand the critique in without polished words.",
                )
            critique.check_against(draft.text if draft else "", task.opened.clip.frames)
            if unknown := [
                p.primitive
                for p in critique.points
                if p.primitive and p.primitive not in self.catalogue.spec_of(key.campaign).primitives
            ]:
                raise BadInput(f"{unknown[0]!r} is no primitive.", mend="Choose one of the specification, or a topic.")
            return {"critique": critique}

        return self._act(worker, key, work, Critiqued, fields)

    def revise(self, worker: Worker, key: TaskKey, work: Work) -> Outcome:
        """Let the writer carry out the critique."""
        if repeated := self._repeated(worker, key, work, Revised):
            return repeated
        request, draft, critique = self._criticised(worker, key, work, "revise")
        revision = self._writer().revise(
            ReviseRequest(
                clip=request.clip,
                aspect=key.aspect,
                draft=draft.text,
                critique=critique,
                answers=request.answers,
                spec_hash=request.spec_hash,
            )
        )
        fields = {"text": revision.text, "applied": revision.applied, "not_applied": revision.not_applied}

        def unchanged(task: Task) -> dict[str, Any]:
            _check_same_critique(_round_of(task, work), critique)
            return fields

        return self._act(worker, key, work, Revised, unchanged, actor=revision.model)

    def polish(self, worker: Worker, key: TaskKey, work: Work) -> Outcome:
        """Let the writer put the critique into clear sentences; it is accepted by a critique that holds them."""
        if repeated := self._repeated(worker, key, work, Polished):
            return repeated
        request, draft, critique = self._criticised(worker, key, work, "polish")
        polished = self._writer().polish(
            PolishRequest(
                clip=request.clip, aspect=key.aspect, draft=draft.text, critique=replace(critique, polished=""),
                spec_hash=request.spec_hash,
            )
        )  # fmt: skip

        def unchanged(task: Task) -> dict[str, Any]:
            _check_same_critique(_round_of(task, work), critique)
            return {"text": polished.text}

        return self._act(worker, key, work, Polished, unchanged, actor=polished.model)

    def edit(self, worker: Worker, key: TaskKey, work: Work, text: str) -> Outcome:
        """Write by hand: over the revision, over the draft (mode edit), or from nothing (mode write)."""
        return self._act(worker, key, work, Edited, lambda task: {"text": text})

    def submit(self, worker: Worker, key: TaskKey, work: Work) -> Outcome:
        """Hand the caption in."""
        return self._act(worker, key, work, Submitted, lambda task: {"text": _text_of(task, work, "submit", worker)})

    def correct(self, worker: Worker, key: TaskKey, work: Work) -> Outcome:
        """Hand a correction in."""
        return self._act(worker, key, work, Corrected, lambda task: {"text": _text_of(task, work, "correct", worker)})

    def approve(self, worker: Worker, key: TaskKey, work: Work, ticks: Mapping[str, Tick]) -> Outcome:
        """Let the caption stand, with a word on each point of the critique."""
        return self._act(worker, key, work, Approved, lambda task: {"ticks": ticks})

    def reject(self, worker: Worker, key: TaskKey, work: Work, reason: str, ticks: Mapping[str, Tick]) -> Outcome:
        """Send the caption to correction, with the reason."""
        return self._act(worker, key, work, Rejected, lambda task: {"reason": reason, "ticks": ticks})

    def withdraw(
        self, worker: Worker, key: TaskKey, work: Work, target: Literal["submission", "task"], reason: str
    ) -> Outcome:
        """Take one's submission back before a verdict; or, as a lead, close the whole task."""
        if target == "task":
            worker.check_may("close a task")
        return self._act(worker, key, work, Withdrawn, lambda task: {"target": target, "reason": reason})

    # -- inside

    def _criticised(
        self, worker: Worker, key: TaskKey, work: Work, verb: str
    ) -> tuple[DraftRequest, Drafted, Critique]:  # fmt: skip
        """What was asked for, what was written, and what the worker said of it; NotYourTurn where that is not all."""
        look = self.look(key)
        task = look.task
        if not isinstance(task, CaptionTask):
            raise NotYourTurn(f"{key.stream} has no caption.", mend="Choose a caption's task.")
        now = _round_of(task, work)
        if task.round is now:
            caption_task.require(task, verb, worker.id)
        if now.draft is None or now.critique is None:
            raise NotYourTurn(f"There is no critique to {verb}.", mend="Write the critique first.")
        return self._request(key, look), now.draft, now.critique

    def _act(
        self, worker: Worker, key: TaskKey, work: Work, kind: type[Act], fields: Callable[[Task], Mapping[str, Any]], *,
        actor: Any = None,
    ) -> Outcome:  # fmt: skip
        """Load, check, append. ``fields`` gives the act's own part from the task as it is now."""
        for _ in range(_TRIES):
            if repeated := self._repeated(worker, key, work, kind):
                return repeated
            task = self._task(key)
            _check_seen(task, work)
            act = kind(
                stream=key.stream, version=task.version + 1, actor=actor or worker.actor, at=self.clock.now(),
                spec_version=task.opened.spec_version, key=work.key, token=work.token,
                asked_by=worker.id if actor is not None and actor.id != worker.id else None,
                active_seconds=work.active_seconds, **fields(task),
            )  # fmt: skip
            after = _apply(task, act)
            ended = task.holding.holder if after.holding.holder is None else None
            try:
                self.ledger.append([act], ends_lease=ended.token if ended else None)
            except (StaleVersion, KeyReused):
                continue  # read again: the check above tells what has changed
            extra = len(after.extras) > len(task.extras)
            return Outcome(outcome="extra" if extra else "done", act=act, task=after)
        raise StaleVersion(f"{key.stream} keeps changing.", mend="Try again.")

    def _task(self, key: TaskKey) -> Task:
        acts = self.ledger.read(key.stream)
        if not acts:
            raise NotFound(f"There is no task {key.stream}.", mend="Choose one from the queue.")
        return fold_any(acts)

    def _repeated(self, worker: Worker, key: TaskKey, work: Work, kind: type[Act]) -> Outcome | None:
        """The earlier outcome where this idempotency key was used before."""
        if work.key is None or (act := self.ledger.by_key(worker.id, work.key)) is None:
            return None
        if act.stream != key.stream or type(act) is not kind:
            raise reused(act)
        return Outcome(outcome="repeated", act=act, task=self._task(key))

    def _writer(self) -> Writer:
        if self.writer is None:
            raise NotYourTurn(
                "This desk has no writer.", mend="Start it with one: videolect desk serve --writer labels."
            )
        return self.writer

    def _claim_act(self, worker: Worker, look: Look, wanted: Stage | None) -> Claimed:
        task = look.task
        stage = look.standing.stage
        if isinstance(task, LabelTask) and task.status == "settled" and wanted is None:
            stage = "label"  # to label anew is a person's wish, never the queue's
        if wanted is not None and stage != wanted:
            raise NotYourTurn(f"{task.key.stream} is no longer there to {wanted}.", mend="Take another task.")
        if stage is None:
            waits = f": it waits for {', '.join(look.standing.waiting_for)}" if look.standing.waiting_for else ""
            raise NotYourTurn(f"{task.key.stream} is {look.standing.status}{waits}.", mend="Choose another task.")
        reserved = isinstance(task, CaptionTask) and task.corrector == worker.id
        worker.check_may_take(stage, reserved_for_me=reserved)
        return Claimed(
            stream=task.key.stream, version=task.version + 1, actor=worker.actor, at=self.clock.now(),
            spec_version=task.opened.spec_version, token=task.holding.token + 1, stage=stage,
        )  # fmt: skip


class LabelsContradict(BadInput):
    """The answers of a label form break rules of the specification; ``violations`` lists all of them."""

    def __init__(self, message: str, *, mend: str, violations: Sequence[Any]) -> None:
        super().__init__(message, mend=mend)
        self.violations = tuple(violations)


_SPREAD = 32
"""How far down the queue workers spread when they collide at its head."""


def held_by_another(key: TaskKey) -> HeldByAnother:
    """The error for a task under someone else's live lease."""
    return HeldByAnother(
        f"Someone else is working on {key.stream}.", mend="Take another task, or wait until it is free."
    )


def _place_of(worker: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(worker.encode()).digest()[:4], "big") % count


def _apply(task: Task, act: Act) -> Task:
    return labelling.apply(task, act) if isinstance(task, LabelTask) else caption_task.apply(task, act)


def _check_seen(task: Task, work: Work) -> None:
    """StaleVersion where the task moved on since the worker saw it; extras of others move nothing.

    Whoever lost the lease has by definition seen an older version: that answer is kept as an extra all the same.
    """
    holder = task.holding.holder
    late = work.token is not None and (holder is None or holder.token != work.token)

    def stale(seen: int) -> StaleVersion | None:
        later = range(seen + 1, task.version + 1)
        if late or (seen <= task.version and {act.version for act in task.extras}.issuperset(later)):
            return None
        return StaleVersion(
            f"{task.key.stream} is at version {task.version}; you saw {seen}.", mend="Read the task again."
        )

    work.check_seen(task.version, stale)


def _round_of(task: Task, work: Work) -> Round:
    """The round that this work belongs to: the one at work, or the worker's own that moved aside."""
    if isinstance(task, CaptionTask):
        if work.token is not None and work.token in task.side_rounds:
            return task.side_rounds[work.token]
        for closed in task.rounds:
            if closed.token == work.token:
                return closed
        if task.round is not None:
            return task.round
    raise NotYourTurn(f"No round of {task.key.stream} is open.", mend="Claim the task first.")


def _check_same_critique(now: Round, critique: Critique) -> None:
    """The writer may have taken a minute: its words belong to the critique that it was given."""
    if now.critique != critique:
        raise StaleVersion("The critique changed while the writer was at work.", mend="Ask again.")


def _text_of(task: Task, work: Work, verb: str, worker: Worker) -> str:
    if not isinstance(task, CaptionTask):
        raise NotYourTurn(f"{task.key.stream} has no caption.", mend="Label it.")
    now = _round_of(task, work)
    if now is task.round:
        caption_task.require(task, verb, worker.id)
    if now.text is None:
        raise NotYourTurn("There is no caption to hand in.", mend="Revise by the critique, or write it by hand.")
    return now.text


def _draft_fields(draft: Draft, request: DraftRequest) -> dict[str, Any]:
    """The draft with the hashes of what it was written from, which may by now be older than what stands."""
    hashes = {aspect: content_hash(text) for aspect, text in request.parents.items()}
    hashes[LABELS] = request.labels_hash or hash_of_answers(request.answers)
    return {"text": draft.text, "parents": hashes, "cannot_know": draft.cannot_know, "planted": draft.planted}
