"""What is known of a staged clip, as far as words are made of it: the label record, who is there, what happens when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from videolect.errors import BadInput
from videolect.language.values import Segment
from videolect.stage.world.scene import Event

Answer = str | bool | tuple[str, ...] | tuple[Segment, ...]
"""An answer of a label record, in one of the forms that the kinds of field take."""

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
    """Answers to the fields of the specification. What is not there nobody knows."""
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


def completed(facts: Facts) -> dict[str, Answer]:
    """The record with what plainly follows from subjects, happenings and overlays, where the record leaves it open.

    An answer that is there stays. A view of scenery has no subject, whoever walks through it.
    """
    record = {name: answer for name, answer in facts.record.items() if answer is not None}
    found: dict[str, Answer] = {"has_overlays": bool(facts.overlays)}
    if facts.subjects and record.get("shot_type") != "scenery":
        found["subject_kinds"] = tuple(dict.fromkeys(KINDS.get(named.kind, "object") for named in facts.subjects))
        count = len(facts.subjects)
        found["subject_count"] = "one" if count == 1 else "two" if count == 2 else "few" if count < 10 else "crowd"
        if count > 1 and _looks_differ(facts.subjects):
            found["told_apart_by"] = ("look",)
        if facts.happenings:
            found |= _deeds(facts)
        if "subject_pose_start" in record:
            found.pop("subject_pose_end", None)
    return {**found, **record}


POSES_AFTER = {
    "walk": "on_the_move", "run": "on_the_move", "enter_left": "on_the_move", "enter_right": "on_the_move",
    "leave_left": "on_the_move", "leave_right": "on_the_move", "sit_down": "sitting", "follow": "on_the_move",
}  # fmt: skip
"""The pose in which a deed leaves whoever does it; standing for all others."""


def _when(happening: Event) -> tuple[int, int]:
    return happening.start_frame, happening.end_frame


def _looks_differ(subjects: tuple[Named, ...]) -> bool:
    return len({(named.noun, named.look) for named in subjects}) == len(subjects)


def _deeds(facts: Facts) -> dict[str, Answer]:
    done = {happening.what for happening in facts.happenings}
    actions = (("walk", done & {"walk"}), ("run", done & {"run"}), ("gesture", done & {"wave"}))
    found: dict[str, Answer] = {"subject_actions": tuple(name for name, there in actions if there)}
    found["object_handling"] = ("hold",) if done & {"pick_up", "put_down", "hand_over"} else ()
    main = facts.subjects[0].id
    own = sorted((h.start_frame, h.end_frame) for h in facts.happenings if h.who[0] == main and h.what != "stand")
    follows = all(own[at][1] <= own[at + 1][0] for at in range(len(own) - 1))
    if not own:
        found["action_timing"] = "none"
    elif len(own) == 1:
        found["action_timing"] = "one"
    elif follows:
        found["action_timing"] = "sequence"
    poses = [POSES_AFTER.get(h.what, "standing") for h in sorted(facts.happenings, key=_when) if h.who[0] == main]
    first = next((h.what for h in sorted(facts.happenings, key=_when) if h.who[0] == main), "stand")
    if facts.subjects[0].kind in ("person", "dog", "cat", "horse") and poses:
        before = "on_the_move" if first in ("walk", "run") or first.startswith("enter") else "standing"
        before = "sitting" if first == "stand_up" else before
        found["subject_pose_start"] = before
        found["subject_pose_end"] = "unknown" if poses[-1] == before else poses[-1]
    if len(facts.subjects) > 1:
        found["subject_dealings"] = ("follow",) if "follow" in done else ()
    return found
