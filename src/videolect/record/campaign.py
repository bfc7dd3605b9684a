"""A campaign: clips, a version of the specification, and the policies under which people work on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from videolect.errors import BadInput
from videolect.record.checks import check_name

Mode = Literal["critique", "edit", "write"]
Corrector = Literal["reviewer", "author"]
ParentsWhen = Literal["settled", "submitted"]
MODES: tuple[Mode, ...] = get_args(Mode)
CORRECTORS: tuple[Corrector, ...] = get_args(Corrector)

LABELS = "labels"
"""The task of a clip that comes before its captions; it stands where an aspect stands in a task's key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskKey:
    """One clip x one aspect (or ``labels``) in one campaign."""

    campaign: str
    clip: str
    aspect: str

    def __post_init__(self) -> None:
        check_name(self.campaign, "The campaign's name")
        check_name(self.clip, "The clip's id")
        check_name(self.aspect, "The aspect")

    @property
    def stream(self) -> str:
        """The stream that holds the task's acts."""
        return f"task/{self.campaign}/{self.clip}/{self.aspect}"

    @property
    def is_labels(self) -> bool:
        """Whether this is the clip's labelling task."""
        return self.aspect == LABELS

    def sibling(self, aspect: str) -> TaskKey:
        """The task of the same clip for another aspect."""
        return TaskKey(campaign=self.campaign, clip=self.clip, aspect=aspect)

    @staticmethod
    def of_stream(stream: str) -> TaskKey | None:
        """The key of a task's stream; None for a stream that is no task's (a video's, a campaign's)."""
        parts = stream.split("/")
        if len(parts) != 4 or parts[0] != "task":
            return None
        return TaskKey(campaign=parts[1], clip=parts[2], aspect=parts[3])


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How the work is divided. A value of the campaign, so that the division of labour can be measured."""

    modes: Mapping[Mode, float] = field(default_factory=lambda: {"critique": 1.0})
    """Weight of each mode; one arm is drawn per task when it is opened."""
    corrector: Corrector = "reviewer"
    """Who mends a rejected caption: the reviewer, or its author."""
    review_corrections: bool = False
    """Whether a correction waits for the verdict of one more person."""
    parents: ParentsWhen = "settled"
    """When a caption may be built upon: once settled, or as soon as it is submitted (faster, and stale more often)."""

    def __post_init__(self) -> None:
        for mode, weight in self.modes.items():
            if mode not in MODES or not 0 <= weight < math.inf:
                raise BadInput(
                    f"Mode {mode!r} has weight {weight!r}.", mend=f"Give {', '.join(MODES)} weights of 0 or more."
                )
        if not sum(self.modes.values()) > 0:
            raise BadInput("No mode has a weight above 0.", mend="Give at least one mode a weight.")
        if self.corrector not in CORRECTORS:
            raise BadInput(f"Corrector {self.corrector!r} is unknown.", mend=f"Use one of {', '.join(CORRECTORS)}.")
        if self.parents not in get_args(ParentsWhen):
            raise BadInput(f"Parents {self.parents!r} is unknown.", mend="Use settled or submitted.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """What a campaign was opened with."""

    name: str
    spec_version: str
    spec_hash: str
    aspects: tuple[str, ...]
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        check_name(self.name, "The campaign's name")
        if not self.aspects:
            raise BadInput(f"Campaign {self.name} has no aspects.", mend="Name at least one.")
        if twice := [aspect for aspect in self.aspects if self.aspects.count(aspect) > 1]:
            raise BadInput(f"Campaign {self.name} names the aspect {twice[0]!r} twice.", mend="Name each once.")
