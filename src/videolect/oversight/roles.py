"""What a person's role includes. Roles stand on the account; acts carry only who did them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from videolect.errors import BadInput, NotAllowed
from videolect.record.acts.tasks import Stage
from videolect.record.people import Actor, Person

ROLES = ("annotator", "reviewer", "lead")

Right = Literal[
    "open a campaign", "add clips", "close a task", "see who did what", "search what is not final", "export triples",
    "edit cuts", "edit the language", "see the draft of the language", "publish the language", "audit",
    "import captions into an audit", "close an audit", "reopen an audit", "see the figures of an audit",
    "export the answers of an audit",
]  # fmt: skip
"""What one may do beside the stages of a task, in the words of a refusal."""

RIGHTS: Mapping[Right, tuple[str, ...]] = {
    **dict.fromkeys(get_args(Right), ("lead",)),
    "export triples": ("reviewer", "lead"),
    "edit cuts": ("reviewer", "lead"),
    "audit": ROLES,
}
"""The roles that have it. docs/oversight.md shows this table."""

_STAGES: Mapping[str, tuple[Stage, ...]] = {
    "annotator": ("label", "caption"),
    "reviewer": ("label", "caption", "review", "correct"),
    "lead": ("label", "caption", "review", "correct"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """Whoever works at the desk, a person or a model, with what they may do."""

    actor: Actor
    roles: tuple[str, ...] = ()
    """Of a person; a model has none and only drafts."""

    def __post_init__(self) -> None:
        if unknown := [role for role in self.roles if role not in ROLES]:
            raise BadInput(f"Role {unknown[0]!r} is unknown.", mend=f"Use {', '.join(ROLES)}.")

    @property
    def id(self) -> str:
        """The worker's id in acts and leases."""
        return self.actor.id

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        return isinstance(self.actor, Person)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that the worker may take from the queue, in the order of the work."""
        if not self.is_person:
            return ("draft",)
        mine = {stage for role in self.roles for stage in _STAGES[role]}
        order: tuple[Stage, ...] = ("correct", "review", "caption", "label")
        return tuple(stage for stage in order if stage in mine)

    def check_may_take(self, stage: Stage, *, reserved_for_me: bool = False) -> None:
        """NotAllowed unless the role includes the stage; an author may correct what the policy reserves for them."""
        if stage in self.stages or (reserved_for_me and stage == "correct"):
            return
        raise NotAllowed(f"{self.id} is {self._held}, and may not {stage}.", mend="Ask a lead for the role.")

    def may(self, right: Right) -> bool:
        """Whether a role of this person has it; a model has none."""
        return self.is_person and bool(set(RIGHTS[right]) & set(self.roles))

    def check_may(self, right: Right) -> None:
        """NotAllowed unless a role of this person has it."""
        if not self.may(right):
            roles = " or ".join(RIGHTS[right])
            raise NotAllowed(
                f"{self.id} is {self._held}, and may not {right}.",
                mend=f"Ask a lead to do it, or for the role {roles}.",
            )

    @property
    def _held(self) -> str:
        return " and ".join(self.roles) or ("without a role" if self.is_person else "a model")
