"""From a label record to plain sentences: a small grammar over the specification's own words. Nothing is guessed.

A text is a list of pieces. A piece that carries one fact is a ``Slot`` and knows how the sentence would say another
answer instead, so that a demonstration can plant a declared error (``planting``) without breaking the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from videolect.language.spec import Spec
from videolect.language.values import Option


@dataclass(frozen=True, slots=True)
class Slot:
    """Words that carry one fact, and what false words in the same place would be."""

    words: str
    kind: str = ""
    wrong: tuple[str, ...] = ()


Piece = str | Slot
Sentence = list[Piece]

_OPPOSITE = {
    "forward": "backward", "left_to_right": "right_to_left", "up": "down", "clockwise": "counter_clockwise",
    "in": "out", "crane_up": "crane_down", "slow": "fast", "very_smooth": "very_unsteady", "smooth": "unsteady",
}  # fmt: skip
_OPPOSITE |= {there: here for here, there in _OPPOSITE.items()}
_AXES = (
    "camera_forward_backward", "camera_left_right", "camera_up_down", "camera_pan", "camera_tilt", "camera_roll",
    "camera_zoom", "camera_arc", "camera_crane",
)  # fmt: skip
_IN_PLACE = {
    "static": "stays completely still",
    "smooth": "stays in place with a barely noticeable sway",
    "unsteady": "stays in place but shakes noticeably",
    "very_unsteady": "stays in place but shakes heavily",
}
_STEADY = {"static": "completely still", "very_smooth": "very steady", "smooth": "steady", "unsteady": "shaky"}
_STEADY["very_unsteady"] = "very shaky"
_SCENE = {
    "static": "Nothing in the surroundings moves.",
    "mostly_static": "The surroundings are almost still.",
    "dynamic": "There is much movement in the surroundings.",
}
_MOTION = {
    "static": "Nothing moves in front of the camera.",
    "mostly_static": "Little moves in front of the camera.",
    "dynamic": "Much is in motion in front of the camera.",
}
_TRANSITION = "The clip holds a transition between shots."
_NOTHING = "Nothing about the {title} is told by the labels of this clip."
_NO_LABELS = "This clip has no labels yet, so nothing is said about its {title} here."


@dataclass(frozen=True, slots=True)
class Labels:
    """A normalised record beside the specification whose words say it."""

    spec: Spec
    answers: Mapping[str, object]

    def get(self, field: str) -> str:
        """The answer to a choice; empty where there is none."""
        answer = self.answers.get(field)
        return answer if isinstance(answer, str) else ""

    def yes(self, field: str) -> bool:
        """Whether a flag is set."""
        return self.answers.get(field) is True

    def many(self, field: str) -> tuple[str, ...]:
        """The answer to a list; empty where there is none."""
        answer = self.answers.get(field)
        return answer if isinstance(answer, tuple) else ()

    def option(self, field: str, value: str = "") -> Option | None:
        """The option that was chosen, or the one with the given value."""
        return self.spec.field(field).option(value or self.get(field))

    def say(self, field: str, value: str = "") -> str:
        """How a sentence says the answer; empty where it leaves it out."""
        option = self.option(field, value)
        return option.say if option else ""

    def slot(self, field: str, form: str, kind: str) -> Slot | None:
        """The answer in words ('say' or 'saying'), with its opposite as the false words."""
        value = self.get(field)
        right = self.option(field) if value else None
        if right is None or not getattr(right, form):
            return None
        other = self.option(field, _OPPOSITE[value]) if value in _OPPOSITE else None
        return Slot(str(getattr(right, form)), kind, (str(getattr(other, form)),) if other else ())


def sentences(spec: Spec, aspect: str, answers: Mapping[str, object]) -> list[Sentence]:
    """What the labels tell of one aspect: at least one sentence, every one of them true. ``answers`` is normalised."""
    labels = Labels(spec, answers)
    title = spec.aspect(aspect).title.lower()
    if not answers:
        return [[_NO_LABELS.format(title=title)]]
    write = _WRITERS.get(aspect)
    told = write(labels) if write else []
    if labels.yes("shot_transition"):
        told = [[_TRANSITION], *told]
    return told or [[_NOTHING.format(title=title)]]


def cannot_know(spec: Spec, aspect: str, answers: Mapping[str, object]) -> tuple[str, ...]:
    """The topics of the aspect that the labels leave open. ``answers`` is normalised."""
    asked = spec.applicable(answers)

    def settled(field: str) -> bool:
        if field not in answers:
            return field not in asked
        answer = answers[field]
        option = spec.field(field).option(answer)
        return not (option is not None and option.open)

    unknown = []
    for topic in spec.aspect(aspect).topics:
        if not any(field in answers for field in topic.known_from) or not all(map(settled, topic.known_from)):
            unknown.append(topic.id)
    return tuple(unknown)


# ------------------------------------------------------------------------------------------------- the four others


def _subject(labels: Labels) -> list[Sentence]:
    told: list[Sentence] = [[words]] if (words := labels.say("shot_type")) else []
    if labels.get("shot_type") == "change_of_subject":
        start, end = labels.get("shot_size_start"), labels.get("shot_size_end")
        if start == "unknown" and end not in ("", "unknown"):
            told.append(["No subject is in view at the start, and one has come into view by the end."])
        elif end == "unknown" and start not in ("", "unknown"):
            told.append(["The subject that is in view at the start has left the view by the end."])
        elif start and end and start != "unknown":
            told.append(["One subject is in view at the start and another one at the end."])
    return told


def _scene(labels: Labels) -> list[Sentence]:
    told: list[Sentence] = [["The picture carries an overlay."]] if labels.yes("has_overlays") else []
    return [*told, [_SCENE[labels.get("scene_movement")]]] if labels.get("scene_movement") in _SCENE else told


def _motion(labels: Labels) -> list[Sentence]:
    moves = labels.get("scene_movement")
    told: list[Sentence] = [[_MOTION[moves]]] if moves in _MOTION else []
    if labels.yes("is_tracking"):
        told.append(["The subject is on the move, and the camera moves with it."])
    return told


def _spatial(labels: Labels) -> list[Sentence]:
    start, end = _size(labels, "shot_size_start"), _size(labels, "shot_size_end")
    changes = labels.get("shot_type") == "change_of_subject"
    unchanged = labels.get("shot_size_end") == "unknown"
    if start and end and start.words == end.words:
        return [["The shot is ", start, " at the start and at the end."]]
    if start and end:
        return [["The shot starts as ", start, " and ends as ", end, "."]]
    if start and unchanged and changes:
        return [["The shot starts as ", start, " and ends with no subject in view."]]
    if start and unchanged:
        return [["The shot stays ", start, " from start to end."]]
    if start:
        return [["The shot starts as ", start, "."]]
    if end and labels.get("shot_size_start") == "unknown" and changes:
        return [["The shot starts with no subject in view and ends as ", end, "."]]
    if end:
        return [["The shot ends as ", end, "."]]
    return []


def _size(labels: Labels, field: str) -> Slot | None:
    words = labels.say(field)
    if not words:
        return None
    options = [option for option in labels.spec.field(field).options if option.say]
    here = next(at for at, option in enumerate(options) if option.say == words)
    taken = {labels.say("shot_size_start"), labels.say("shot_size_end")}
    far = [option.say for at, option in enumerate(options) if abs(at - here) >= 2 and option.say not in taken]
    return Slot(words, "wrong_size", tuple(far))


# ----------------------------------------------------------------------------------------------------- the camera


def _camera(labels: Labels) -> list[Sentence]:
    told: list[Sentence] = [[words]] if (words := labels.say("video_speed")) else []
    if labels.yes("frame_freezing"):
        told.append(["The picture freezes during the shot."])
    told += _movement(labels)
    if described := labels.get("complex_motion_description").strip():
        told.append([_as_sentence(described)])
    if labels.yes("is_tracking"):
        told.append([_tracking(labels)])
        if words := labels.say("subject_size_change"):
            told.append([words])
    return told


def _movement(labels: Labels) -> list[Sentence]:
    steady, amount = labels.get("steadiness"), labels.get("camera_movement")
    if amount == "no":
        if steady not in _IN_PLACE:
            return [["The camera stays in place."]]
        opposite = {"static": "unsteady", "smooth": "very_unsteady", "unsteady": "static", "very_unsteady": "static"}
        return [["The camera ", Slot(_IN_PLACE[steady], "wrong_steadiness", (_IN_PLACE[opposite[steady]],)), "."]]
    if steady == "static":
        words = "The camera gives no clear sign of moving." if amount else "The camera is completely still."
        return [[words]]
    verbs = _verbs(labels)
    if amount in ("minor", "major_complex"):
        only, kind = ("only ", "slight") if amount == "minor" else ("", "complex")
        return [[f"The camera makes {only}", *_kind_of_movement(labels, kind), *_doing(labels), "."], *_detail(labels)]
    manner = _manner(labels)
    if verbs:
        return [["The camera ", *_together(labels, verbs, manner), "."], *_detail(labels)]
    if amount or labels.say("camera_motion_speed"):
        return [["The camera moves", *([" ", *manner] if manner else []), "."]]
    if steady in _STEADY:
        other = _STEADY[_OPPOSITE[steady]]
        return [["The camera is ", Slot(_STEADY[steady], "wrong_steadiness", (other,)), "."]]
    return []


def _verbs(labels: Labels, form: str = "say") -> list[Slot]:
    """The movements in the words of the order's options: in that order, or in the order of the form."""
    options = labels.spec.field("movement_order").options
    ids: dict[str, str] = {}
    for field in _AXES:
        value = labels.get(field)
        rule_for = next((o for o in options if o.when is not None and _tests(o, field, value)), None)
        if rule_for is not None:
            ids[rule_for.value] = field
    if labels.yes("dolly_zoom"):
        for half in [id_ for id_, field in ids.items() if field in ("camera_forward_backward", "camera_zoom")]:
            del ids[half]
    order = [id_ for id_ in labels.many("movement_order") if id_ in ids]
    slots = [_verb(labels, ids[id_], id_, form) for id_ in [*order, *(id_ for id_ in ids if id_ not in order)]]
    if labels.yes("dolly_zoom"):
        slots.insert(0, Slot("performs a dolly zoom" if form == "say" else "performing a dolly zoom"))
    return slots


def _tests(option: Option, field: str, value: str) -> bool:
    rule = option.when
    return getattr(rule, "field", None) == field and value in getattr(rule, "values", ())


def _verb(labels: Labels, field: str, id_: str, form: str) -> Slot:
    options = labels.spec.field("movement_order").options
    opposite = _OPPOSITE.get(labels.get(field), "")
    right = next(option for option in options if option.value == id_)
    wrong = next((option for option in options if _tests(option, field, opposite)), None)
    return Slot(getattr(right, form), "wrong_direction", (getattr(wrong, form),) if wrong else ())


def _together(labels: Labels, verbs: list[Slot], manner: list[Piece]) -> list[Piece]:
    """'tilts down slowly, then pushes in' | 'tilts down and pushes in at the same time, slowly' | neither is said."""
    how: list[Piece] = [" ", *manner] if manner else []
    if len(verbs) > 1 and labels.many("movement_order"):
        rest = [piece for verb in verbs[1:] for piece in (", then ", verb)]
        return [verbs[0], *how, *rest]
    if len(verbs) > 1 and labels.answers.get("movement_order") == ():
        return [*_listed(verbs), " at the same time", *([",", *how] if how else [])]
    return [*_listed(verbs), *how]


def _doing(labels: Labels) -> list[Piece]:
    """', tilting down and then pushing in' after a noun."""
    verbs = _verbs(labels, "saying")
    if not verbs:
        return []
    if len(verbs) > 1 and labels.many("movement_order"):
        joined = [piece for at, verb in enumerate(verbs) for piece in ((", then " if at > 1 else " and then ", verb))]
        return [", ", *joined[1:]]
    if len(verbs) > 1 and labels.answers.get("movement_order") == ():
        return [", ", *_listed(verbs), " at the same time"]
    return [", ", *_listed(verbs)]


def _listed(slots: list[Slot]) -> list[Piece]:
    joined: list[Piece] = []
    for at, slot in enumerate(slots):
        if at:
            joined.append(" and " if at == len(slots) - 1 else ", ")
        joined.append(slot)
    return joined


def _manner(labels: Labels) -> list[Piece]:
    """'slowly and very smoothly'."""
    speed = labels.slot("camera_motion_speed", "say", "wrong_speed")
    steady = labels.slot("steadiness", "say", "wrong_steadiness")
    return _listed([slot for slot in (speed, steady) if slot])


def _kind_of_movement(labels: Labels, amount: str) -> list[Piece]:
    """'a slight, slow and very smooth movement'. The first word is ours, so the article is always 'a'."""
    speed = labels.slot("camera_motion_speed", "saying", "wrong_speed")
    steady = labels.slot("steadiness", "saying", "wrong_steadiness")
    words = [slot for slot in (Slot(amount), speed, steady) if slot]
    return ["a ", *_listed(words), " movement"]


def _detail(labels: Labels) -> list[Sentence]:
    """What a dolly zoom is made of."""
    halves = {"dolly": labels.get("camera_forward_backward"), "zoom": labels.get("camera_zoom")}
    if not labels.yes("dolly_zoom") or "no" in halves.values():
        return []
    known = [labels.option("movement_order", f"{half}_{way}") for half, way in halves.items() if way]
    words = [option.say if at == 0 else option.saying for at, option in enumerate(filter(None, known))]
    return [[f"In the dolly zoom it {' while '.join(words)}."]] if words else []


def _tracking(labels: Labels) -> str:
    kinds = labels.many("tracking_shot_types")
    froms = [labels.say("tracking_shot_types", kind) for kind in kinds if kind in ("side", "tail", "lead", "aerial")]
    bys = [labels.say("tracking_shot_types", kind) for kind in kinds if kind in ("pan", "tilt")]
    arc = [labels.say("tracking_shot_types", "arc")] if "arc" in kinds else []
    parts = [*_and(froms), *arc, *_and([bys[0], *(words.removeprefix("by ") for words in bys[1:])] if bys else [])]
    return " ".join(["The camera tracks the moving subject", *parts]) + "."


def _and(words: list[str]) -> list[str]:
    if len(words) < 2:
        return words
    return [", ".join(words[:-1]) + " and " + words[-1]]


def _as_sentence(words: str) -> str:
    """The person's own words, as a sentence among others."""
    text = " ".join(words.split())
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?。！？…" else ".")


_WRITERS: dict[str, Callable[[Labels], list[Sentence]]] = {
    "subject": _subject, "scene": _scene, "motion": _motion, "spatial": _spatial, "camera": _camera,
}  # fmt: skip
