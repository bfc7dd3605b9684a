"""What a person's role includes. Roles stand on the account; acts carry only who did them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from videolect.errors import BadInput, NotAllowed
from videolect.record.acts import Stage
from videolect.record.people import Actor, Person

ROLES = ("annotator", "reviewer", "lead")

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
    def leads(self) -> bool:
        """Whether this is a campaign lead."""
        return "lead" in self.roles

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
        held = " and ".join(self.roles) or ("without a role" if self.is_person else "a model")
        raise NotAllowed(f"{self.id} is {held}, and may not {stage}.", mend="Ask the campaign's lead for the role.")

    def check_leads(self, what: str) -> None:
        """NotAllowed unless this is a lead."""
        if not self.leads:
            raise NotAllowed(f"{self.id} is no lead, and may not {what}.", mend="Ask the campaign's lead.")
