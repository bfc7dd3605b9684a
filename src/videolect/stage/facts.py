"""What is known of a staged clip, as far as words are made of it: the label record, who is there, what happens when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from videolect.errors import BadInput
from videolect.record.acts.labels import Answer
from videolect.stage.world.scene import Event

KINDS = {
    "person": "person", "animal": "animal", "dog": "animal", "cat": "animal", "horse": "animal", "bird": "animal",
    "creature": "creature", "robot": "creature", "vehicle": "vehicle", "car": "vehicle", "truck": "vehicle",
    "bus": "vehicle", "bicycle": "vehicle", "structure": "structure", "house": "structure", "tower": "structure",
    "plant": "plant", "tree": "plant", "object": "object", "ball": "object", "crate": "object", "box": "object",
    "cube": "object", "cone": "object", "barrel": "object", "cart": "object", "lamp": "object", "table": "object",
}  # fmt: skip
"""The kind of a subject -> the answer of the field ``subject_kinds``. A kind that is not here counts as a thing."""

DEEDS = frozenset({
    "stand", "walk", "run", "turn_left", "turn_right", "turn_around", "jump", "sit_down", "stand_up", "wave",
    "pick_up", "put_down", "hand_over", "collide", "gather", "follow", "enter_left", "enter_right", "leave_left",
    "leave_right", "drive", "roll",
})  # fmt: skip
"""What can happen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A subject, and the words for it. The first of several is the one that the picture favours."""

    id: str
    kind: str
    noun: str
    """'woman', 'dog', 'crate': one word, or words that go with an article."""
    look: tuple[str, ...] = ()
    """Of a person what it wears ('red jacket', 'dark blue trousers'), of anything else adjectives ('yellow')."""
    where: tuple[str, ...] = ()
    """Where it is at the start: 'left', 'centre' or 'right', and a layer of depth."""
    wears: tuple[str, ...] = ()
    """Answers of ``subject_wears`` that are true of it; where no subject says any, they are those of the first."""

    @property
    def is_person(self) -> bool:
        """Whether looks are worn."""
        return self.kind == "person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that the words may say of a clip."""

    record: Mapping[str, Answer]
    """The clip's label record. What is not there nobody knows, and is not told."""
    frames: int
    fps: Fraction
    place: str
    """A noun phrase: 'a street between brick houses'. Empty where there is no place to speak of."""
    details: tuple[str, ...] = ()
    """Further noun phrases for what is in view: 'a row of trees'."""
    overlays: tuple[str, ...] = ()
    """'a title that reads HARBOUR', 'a watermark in the lower right corner'."""
    subjects: tuple[Named, ...] = ()
    happenings: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        ids = [named.id for named in self.subjects]
        if len(set(ids)) < len(ids):
            raise BadInput("Two subjects of a clip have the same id.", mend="Give each its own.")
        for happening in self.happenings:
            if happening.what not in DEEDS:
                mend = f"Use one of {', '.join(sorted(DEEDS))}."
                raise BadInput(f"{happening.what!r} is nothing that can happen on the stage.", mend=mend)
            if not happening.who or not set(happening.who) <= set(ids):
                told = ", ".join(happening.who) or "nobody"
                raise BadInput(f"{happening.what!r} is done by {told}.", mend="Name subjects of the clip by their ids.")
            if not 0 <= happening.start_frame < happening.end_frame <= self.frames:
                span = f"{happening.start_frame} to {happening.end_frame} of {self.frames}"
                raise BadInput(f"{happening.what!r} goes from frame {span}.", mend="Keep it within the clip.")

    def named(self, id: str) -> Named:
        """One subject by its id."""
        return next(named for named in self.subjects if named.id == id)
