"""Where a task stands among its siblings: what it waits for, what has changed under it; and its row in the queue.

Motion waits for subject, spatial for subject and scene, every caption for the labels. A draft keeps the content hash of
each parent that it was written from; where the parent's text is another now, the draft is *stale*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from videolect.language.shelf import Shelf
from videolect.language.spec import Spec
from videolect.oversight import caption_task, labelling
from videolect.oversight.caption_task import STAGE_OF, CaptionTask
from videolect.oversight.labelling import LabelTask
from videolect.oversight.ports import TaskRow
from videolect.record.acts.base import Act
from videolect.record.acts.catalogue import CampaignOpened, campaign_stream
from videolect.record.acts.tasks import Opened, Stage, Status
from videolect.record.campaign import LABELS, TaskKey
from videolect.record.checks import content_hash

Task = CaptionTask | LabelTask


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A task's status with its siblings taken into account."""

    status: Status
    waiting_for: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def stage(self) -> Stage | None:
        """The stage that a worker takes now; None while it waits or when it is done."""
        return STAGE_OF.get(self.status)


def fold_any(acts: Sequence[Act]) -> Task:
    """The state of a task of either sort."""
    key = TaskKey.of_stream(acts[0].stream) if acts else None
    return labelling.fold(acts) if key is not None and key.is_labels else caption_task.fold(acts)


def text_for_dependants(task: Task) -> str | None:
    """What other captions of the clip may be written from, by the campaign's policy; None while there is nothing."""
    if isinstance(task, LabelTask):
        return None
    return task.final if task.opened.policy.parents == "settled" else task.submitted_text


def hash_for_dependants(task: Task) -> str | None:
    """Identity of what dependants are written from: a caption's text, or the labels' answers."""
    if isinstance(task, LabelTask):
        return task.labelled.labels_hash if task.labelled else None
    text = text_for_dependants(task)
    return content_hash(text) if text is not None else None


def standing(task: Task, parents: Mapping[str, Task]) -> Standing:
    """``parents``: the tasks that this one depends on and that exist in its campaign, by aspect (or ``labels``)."""
    if isinstance(task, LabelTask):
        return Standing(status=task.status)
    hashes = {aspect: hash_for_dependants(parent) for aspect, parent in parents.items()}
    # A parent that was closed will never come: its dependants go on without it.
    waiting = tuple(
        aspect for aspect, found in hashes.items() if found is None and parents[aspect].status != "withdrawn"
    )
    if task.status == "to_draft" or (task.mode == "write" and task.status == "to_caption" and task.round is None):
        return Standing(status="blocked" if waiting else task.status, waiting_for=waiting)
    stale: tuple[str, ...] = ()
    if task.draft is not None and task.status not in ("settled", "withdrawn"):
        used = task.draft.parents
        stale = tuple(aspect for aspect, found in hashes.items() if found is not None and used.get(aspect) != found)
    return Standing(status=task.status, stale=stale)


def _for_others(row: TaskRow) -> tuple[str | None, bool]:
    return row.content_hash, row.status == "withdrawn"


class QueueProjector:
    """Makes the queue's rows. What depends on what is as the campaign's version of the specification has it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._parents_of: dict[str, Mapping[str, tuple[str, ...]]] = {}  # a campaign's version never changes

    def _parents(self, campaign: str, read: Callable[[str], Sequence[Act]]) -> Mapping[str, tuple[str, ...]]:
        """The aspects that each aspect is written from."""
        if campaign not in self._parents_of:
            for act in read(campaign_stream(campaign)):
                if isinstance(act, CampaignOpened):
                    self._parents_of[campaign] = _parents_under(self.shelf.under(act.campaign.spec_hash))
                    break
            else:
                return _parents_under(self.shelf.newest())
        return self._parents_of[campaign]

    def parent_keys(self, key: TaskKey, read: Callable[[str], Sequence[Act]]) -> tuple[TaskKey, ...]:
        """The tasks that this one depends on, the labels first. ``read`` gives other streams."""
        if key.is_labels:
            return ()
        return tuple(key.sibling(aspect) for aspect in (LABELS, *self._parents(key.campaign, read).get(key.aspect, ())))

    def family(self, key: TaskKey, read: Callable[[str], Sequence[Act]]) -> dict[str, Task]:
        """The parents that exist, folded, by aspect (or ``labels``)."""
        found = ((parent.aspect, read(parent.stream)) for parent in self.parent_keys(key, read))
        return {aspect: fold_any(acts) for aspect, acts in found if acts}

    def row(self, stream: str, acts: Sequence[tuple[int, Act]], read: Callable[[str], Sequence[Act]]) -> TaskRow | None:
        """As ``ports.Projector.row``."""
        key = TaskKey.of_stream(stream)
        if key is None or not acts or not isinstance(acts[0][1], Opened):
            return None
        task = fold_any([act for _, act in acts])
        now = standing(task, self.family(key, read))
        barred: tuple[str, ...] = ()
        if isinstance(task, CaptionTask) and task.judged is not None:
            if now.status == "to_review":
                barred = task.authors
            elif now.status == "to_correct" and task.corrector is None:
                barred = (task.judged.author,)
        last = task.judged if isinstance(task, CaptionTask) else None
        open_round = task.round if isinstance(task, CaptionTask) else None
        return TaskRow(
            stream=stream, campaign=key.campaign, clip=key.clip, aspect=key.aspect, mode=task.opened.mode,
            status=now.status, stage=now.stage, waiting_for=now.waiting_for, stale=now.stale, barred=barred,
            reserved_for=task.corrector if isinstance(task, CaptionTask) else None,
            rating=(open_round or last).rating if (open_round or last) else None,  # type: ignore[union-attr]  # one of both
            priority=task.opened.priority, version=task.version, opened_seq=acts[0][0], updated_at=task.updated_at,
            content_hash=hash_for_dependants(task),
        )  # fmt: skip

    def dependants(
        self, before: TaskRow | None, after: TaskRow, read: Callable[[str], Sequence[Act]]
    ) -> tuple[str, ...]:
        """As ``ports.Projector.dependants``: only what others are written from touches them."""
        if before is not None and _for_others(before) == _for_others(after):
            return ()
        key = TaskKey(campaign=after.campaign, clip=after.clip, aspect=after.aspect)
        return tuple(
            key.sibling(aspect).stream
            for aspect, parents in self._parents(after.campaign, read).items()
            if key.is_labels or key.aspect in parents
        )


def _parents_under(spec: Spec) -> Mapping[str, tuple[str, ...]]:
    return {aspect.id: tuple(aspect.parents) for aspect in spec.aspects}
