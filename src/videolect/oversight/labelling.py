"""Where the labelling of one clip stands. It comes before the captions; a later answer replaces an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from videolect.errors import NotYourTurn
from videolect.oversight.holding import Holding, beginning, check_follows
from videolect.record.acts.base import Act
from videolect.record.acts.labels import Labelled
from videolect.record.acts.tasks import Claimed, Opened, Released, Stage, Status, Withdrawn
from videolect.record.campaign import TaskKey


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelTask:
    """The label form of one clip."""

    key: TaskKey
    opened: Opened
    version: int = 1
    updated_at: datetime
    holding: Holding = field(default_factory=Holding)
    labelled: Labelled | None = None
    extras: tuple[Act, ...] = ()
    withdrawn: Withdrawn | None = None
    active_seconds: Mapping[Stage, float] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """to_label, settled or withdrawn."""
        if self.withdrawn is not None:
            return "withdrawn"
        return "to_label" if self.labelled is None else "settled"


def fold(acts: Iterable[Act]) -> LabelTask:
    """Where one clip's labelling stands after these acts, oldest first."""
    key, opened, rest = beginning(acts)
    task = LabelTask(key=key, opened=opened, updated_at=opened.at)
    for act in rest:
        task = apply(task, act)
    return task


def apply(task: LabelTask, act: Act) -> LabelTask:
    """The task after one more act. NotYourTurn where it may not follow."""
    check_follows(task.version, act)
    after = replace(_dispatch(task, act), version=act.version, updated_at=act.at)
    if not act.active_seconds:
        return after
    spent = after.active_seconds.get("label", 0.0) + act.active_seconds
    return replace(after, active_seconds={**after.active_seconds, "label": spent})


def _dispatch(task: LabelTask, act: Act) -> LabelTask:
    match act:
        case Claimed():
            if act.stage != "label" or task.withdrawn is not None:
                raise NotYourTurn(f"{act.stream} is {task.status}, not ready to {act.stage}.", mend="Read it again.")
            return replace(task, holding=task.holding.claimed(act))
        case Released():
            return replace(task, holding=task.holding.released(act))
        case Labelled():
            if not task.holding.is_current(act):
                return replace(task, extras=(*task.extras, act))
            return replace(task, labelled=act, holding=task.holding.ended())
        case Withdrawn(target="task"):
            if task.status != "to_label":
                raise NotYourTurn(f"{act.stream} is {task.status}.", mend="Leave it: what is settled stays.")
            return replace(task, withdrawn=act, holding=task.holding.ended())
    raise NotYourTurn(f"{type(act).__name__} does not belong in a labelling task.", mend="Use the desk's verbs.")
