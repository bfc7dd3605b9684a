"""What a page sees of a task. Authors, models and planted errors are hidden from those who judge without them."""

from __future__ import annotations

from typing import Any

from videolect.oversight.caption_task import CaptionTask, Round
from videolect.oversight.desk import Desk, Look
from videolect.oversight.labelling import LabelTask
from videolect.oversight.ports import Lease, TaskRow
from videolect.oversight.roles import Worker
from videolect.oversight.standing import text_for_dependants
from videolect.record.acts.base import Act
from videolect.record.acts.captions import Approved
from videolect.record.acts.tasks import Stage
from videolect.record.campaign import LABELS, TaskKey
from videolect.record.checks import content_hash
from videolect.record.codec import to_plain
from videolect.record.critique import Critique
from videolect.web import models


def lease_shape(desk: Desk, lease: Lease, stage: Stage) -> models.LeaseShape:
    """A lease for the one who holds it."""
    return models.LeaseShape(
        stage=stage, token=lease.token, until=lease.until.isoformat(), lifetime_s=desk.lease_seconds
    )


def row_shape(row: TaskRow, worker: Worker, lease: Lease | None) -> models.TaskRowShape:
    """A queue row, with what this worker may do about it."""
    mine = lease is not None and lease.worker == worker.id
    why = _why_not_claim(row, worker, lease)
    return models.TaskRowShape(
        campaign=row.campaign, clip=row.clip, aspect=row.aspect, status=row.status, stage=row.stage, mode=row.mode,
        waiting_for=list(row.waiting_for), stale=list(row.stale), rating=row.rating, priority=row.priority,
        version=row.version, held=lease is not None and not mine, mine=mine, may_claim=why is None, why_not=why,
        updated_at=row.updated_at.isoformat(),
    )  # fmt: skip


def _why_not_claim(row: TaskRow, worker: Worker, lease: Lease | None) -> str | None:
    if row.stage is None:
        return f"waits for {', '.join(row.waiting_for)}" if row.waiting_for else f"is {row.status}"
    if row.stage == "draft":
        return "a model drafts it"
    if row.stage not in worker.stages and row.reserved_for != worker.id:
        return "is not part of your role"
    if row.reserved_for not in (None, worker.id):
        return "is its author's to correct"
    if worker.id in row.barred:
        return "is your own caption"
    if lease is not None and lease.worker != worker.id:
        return "is in someone else's hands"
    return None


def task_view(
    desk: Desk, key: TaskKey, look: Look, worker: Worker, scratch: models.ScratchShape | None
) -> models.TaskView:
    """The whole page of one task for one worker."""
    task = look.task
    lease = look.lease
    live = lease is not None and lease.until > desk.clock.now()
    holder = task.holding.holder
    mine = lease is not None and holder is not None and holder.worker == worker.id
    clip = task.opened.clip
    parts = _caption_parts(task, worker) if isinstance(task, CaptionTask) else _label_parts()
    return models.TaskView(
        task=models.TaskKeyShape(campaign=key.campaign, clip=key.clip, aspect=key.aspect),
        version=task.version,
        status=look.standing.status,
        stage=look.standing.stage,
        mode=task.opened.mode,
        waiting_for=list(look.standing.waiting_for),
        stale=list(look.standing.stale),
        may=desk.may(look, worker),
        lease=lease_shape(desk, lease, holder.stage) if mine and lease is not None and holder is not None else None,
        held_by_another=live and lease is not None and lease.worker != worker.id,
        clip=models.ClipShape(
            id=clip.id, video_hash=clip.video_hash, source_id=clip.source_id, frames=clip.frames,
            start_frame=clip.start_frame, end_frame=clip.end_frame,
        ),
        parents={
            aspect: models.ParentShape(
                text=(text := text_for_dependants(parent)),
                hash=content_hash(text) if text else None,
                status=parent.status,
            )
            for aspect, parent in look.parents.items()
            if aspect != LABELS
        },
        labels=_labels(desk, task if isinstance(task, LabelTask) else look.parents.get(LABELS)),
        extras=len(task.extras),
        active_seconds=dict(task.active_seconds),
        scratch=scratch,
        **parts,
    )  # fmt: skip


def _label_parts() -> dict[str, Any]:
    return {"draft": None, "round": None, "rounds": [], "final": None}


def _caption_parts(task: CaptionTask, worker: Worker) -> dict[str, Any]:
    draft = None
    if task.draft is not None:
        draft = models.DraftShape(
            text=task.draft.text, hash=content_hash(task.draft.text), cannot_know=list(task.draft.cannot_know),
            at=task.draft.at.isoformat(),
        )  # fmt: skip
    final = None
    if task.final is not None and task.judged is not None:
        final = models.FinalShape(
            text=task.final, hash=content_hash(task.final),
            verdict="corrected" if task.judged.kind == "correction" else "approved",
        )  # fmt: skip
    # A round at work is its author's own business until it is handed in.
    own = task.round is not None and (task.round.author == worker.id or worker.may("see who did what"))
    return {
        "draft": draft,
        "round": round_shape(task.round, worker) if own and task.round is not None else None,
        "rounds": [round_shape(each, worker) for each in task.rounds],
        "final": final,
    }


def round_shape(of: Round, worker: Worker) -> models.RoundShape:
    """A round; its author's name is shown to the author and to leads."""
    verdict = None
    if of.verdict is not None:
        verdict = models.VerdictShape(
            kind="approved" if isinstance(of.verdict, Approved) else "rejected",
            reason=getattr(of.verdict, "reason", None), ticks=dict(of.verdict.ticks), at=of.verdict.at.isoformat(),
        )  # fmt: skip
    revision = None
    if of.revision is not None:
        revision = models.RevisionShape(
            text=of.revision.text, applied=list(of.revision.applied),
            not_applied=[models.NotAppliedShape(point=each.point, why=each.why) for each in of.revision.not_applied],
        )  # fmt: skip
    return models.RoundShape(
        kind=of.kind, author=of.author if of.author == worker.id or worker.may("see who did what") else None,
        mine=of.author == worker.id, rating=of.rating, critique=_critique(of.critique),
        polished=of.polished.text if of.polished else None, revision=revision, edited=of.edited,
        text=of.closed.text if of.closed else of.text, submitted_at=of.closed.at.isoformat() if of.closed else None,
        verdict=verdict,
    )  # fmt: skip


def _critique(critique: Critique | None) -> models.CritiqueShape | None:
    if critique is None:
        return None
    return models.CritiqueShape(
        raw=critique.raw, points=[models.PointShape(**to_plain(point)) for point in critique.points],
        language=critique.language, polished=critique.polished, words=critique.words,
    )  # fmt: skip


def _labels(desk: Desk, task: object) -> models.LabelsShape | None:
    if not isinstance(task, LabelTask) or task.labelled is None:
        return None
    answers = desk.catalogue.answers_of(task.labelled)
    untouched = [name for name in task.labelled.untouched if name in answers]
    states = dict(desk.catalogue.states_of(task.labelled))
    return models.LabelsShape(answers=to_plain(answers), untouched=untouched, primitives=states)


def act_shape(act: Act, worker: Worker) -> dict[str, Any]:
    """One act of a task's history. Those who are not leads see their own name, and no model, and no planted error."""
    plain: dict[str, Any] = {"kind": type(act).__name__, **to_plain(act)}
    del plain["key"]
    if not worker.may("see who did what"):
        plain["actor"] = {"type": plain["actor"]["type"], "id": act.actor.id if act.actor.id == worker.id else None}
        plain["asked_by"] = act.asked_by if act.asked_by == worker.id else None
        plain.pop("planted", None)
    return plain
