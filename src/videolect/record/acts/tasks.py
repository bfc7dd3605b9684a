"""What may happen to every task, of labels and of captions alike: it is opened, held, given back, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videolect.errors import BadInput
from videolect.record.acts.base import Act
from videolect.record.campaign import MODES, Mode, Policy
from videolect.record.checks import check_text
from videolect.record.clip import Clip

Stage = Literal["label", "draft", "caption", "review", "correct"]
"""A piece of work on a task that somebody, or a model, can take."""
Status = Literal["blocked", "to_label", "to_draft", "to_caption", "to_review", "to_correct", "settled", "withdrawn"]
"""Where a task stands; it follows from the acts (``oversight.caption_task``)."""


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
class Withdrawn(Act):
    """A submission was taken back by its author before a verdict, or the whole task was closed unfinished."""

    target: Literal["submission", "task"]
    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason for the withdrawal", limit=5000)
