"""From a label record to plain sentences: a small grammar over the specification's own words. Nothing is guessed.

A text is a list of pieces. A piece that carries one fact is a ``Slot`` and knows how the sentence would say another
answer instead, so that a demonstration can plant a declared error (``planting``) without breaking the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from videolect.language.spec import Spec
from videolect.language.values import Field, Option, Segment


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
_TOLD = frozenset(
    {
        "shot_transition", "shot_type", "shot_size_start", "shot_size_end", "has_overlays", "scene_movement",
        "video_speed", "frame_freezing", "steadiness", "camera_movement", "camera_motion_speed", *_AXES, "whip_pan",
        "dolly_zoom", "movement_gestures", "camera_segments", "complex_motion_description", "is_tracking",
        "tracking_shot_types", "subject_size_change",
    }
)  # fmt: skip
"""Fields that have a grammar of their own below. Of the others the answer's own words are said, or its title's."""
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
        return tuple(each for each in answer if isinstance(each, str)) if isinstance(answer, tuple) else ()

    def segments(self, field: str) -> tuple[Segment, ...]:
        """The answer to a question about segments; empty where there is none."""
        answer = self.answers.get(field)
        return tuple(each for each in answer if isinstance(each, Segment)) if isinstance(answer, tuple) else ()

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
    told = [*(write(labels) if write else []), *_others(labels, aspect)]
    if labels.yes("shot_transition") and aspect in spec.field("shot_transition").mentioned_in:
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


def _others(labels: Labels, aspect: str) -> list[Sentence]:
    """The answers that no grammar below speaks of, each in the words that the specification has for it."""
    told: list[Sentence] = []
    for field in labels.spec.fields:
        if aspect in field.mentioned_in and field.id not in _TOLD and field.id in labels.answers:
            told += _plainly(labels, field)
    return told


def _plainly(labels: Labels, field: Field) -> list[Sentence]:
    """'The focus is shallow.' | 'Light sources: sunlight and firelight.' | the person's own words."""
    answer = labels.answers[field.id]
    if field.kind == "text":
        return [[_as_sentence(str(answer))]] if str(answer).strip() else []
    if field.kind == "flag":
        return [[f"{field.title}: yes."]] if answer is True else []
    given = labels.many(field.id) or (labels.get(field.id),)
    words = [word for value in given if value and (word := labels.say(field.id, value))]
    told: list[Sentence] = [[word] for word in words if word.endswith(".")]
    parts = [word for word in words if not word.endswith(".")]
    return [*told, [f"{field.title}: {_and(parts)}."]] if parts else told


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
    told += [*_movement(labels), *_detail(labels)]
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
    if amount in ("minor", "major_complex"):
        only, kind = ("only ", "slight") if amount == "minor" else ("", "complex")
        return [[f"The camera makes {only}", *_kind_of_movement(labels, kind), *_doing(labels), "."]]
    manner, steps = _manner(labels), _steps(labels, "say")
    if steps:
        first, *rest = (_at_once(step) for step in steps)
        how: list[Piece] = [" ", *manner] if manner else []
        return [["The camera ", *first, *how, *(piece for step in rest for piece in (", then ", *step)), "."]]
    if amount or labels.say("camera_motion_speed"):
        return [["The camera moves", *([" ", *manner] if manner else []), "."]]
    if steady in _STEADY:
        other = _STEADY[_OPPOSITE[steady]]
        return [["The camera is ", Slot(_STEADY[steady], "wrong_steadiness", (other,)), "."]]
    return []


@dataclass(frozen=True, slots=True)
class Step:
    """What the camera does in one stretch of the clip."""

    verbs: tuple[Slot, ...]
    together: tuple[Slot, ...] = ()
    """What it does while it does the first; only where it is known that both happen at once."""


def _steps(labels: Labels, form: str) -> list[Step]:
    """Stretch by stretch what the camera does ('say' or 'saying'); a single step where the order is not known."""
    segments = labels.segments("camera_segments")
    if not segments:
        verbs = _verbs(labels, form)
        return [Step(tuple(verbs))] if verbs else []
    steps = []
    for segment in segments:
        moves = [option for value in segment.movements if (option := labels.option("camera_segments", value))]
        verbs = [_movement_verb(labels, option, form) for option in moves]
        ends = [_movement_verb(labels, option, "saying") for option in moves]
        halves = [at for at, option in enumerate(moves) if labels.yes("dolly_zoom") and _HALVES & option.sets.keys()]
        for at in reversed(halves):
            del verbs[at], ends[at]
        if halves:
            verbs.insert(0, Slot(_DOLLY_ZOOM[form]))
            ends.insert(0, Slot(_DOLLY_ZOOM["saying"]))
        steps.append(Step((verbs[0],), tuple(ends[1:])))
    return steps


_HALVES = {"camera_forward_backward", "camera_zoom"}
_DOLLY_ZOOM = {"say": "performs a dolly zoom", "saying": "performing a dolly zoom"}


def _verbs(labels: Labels, form: str) -> list[Slot]:
    """The movements in the words of the questions about direction, in the order of the form."""
    verbs = [Slot(_DOLLY_ZOOM[form])] if labels.yes("dolly_zoom") else []
    for field in _AXES:
        if field in _HALVES and labels.yes("dolly_zoom"):
            continue
        said = [field]
        if field == "camera_pan" and labels.say("whip_pan"):
            said = ["whip_pan"] if labels.get("whip_pan") == labels.get("camera_pan") else ["camera_pan", "whip_pan"]
        verbs += [slot for each in said if (slot := labels.slot(each, form, "wrong_direction"))]
    return verbs


def _movement_verb(labels: Labels, option: Option, form: str) -> Slot:
    """One movement of a segment; the false words are those of its opposite."""
    opposite = {field: _OPPOSITE.get(str(value)) for field, value in option.sets.items()}
    others = labels.spec.field("camera_segments").options
    wrong = next((getattr(other, form) for other in others if dict(other.sets) == opposite), None)
    return Slot(getattr(option, form), "wrong_direction", (wrong,) if wrong else ())


def _at_once(step: Step) -> list[Piece]:
    """'tilts down while dollying in' where both happen at once, 'dollies in and tilts down' where nobody said."""
    return [*_listed(list(step.verbs)), *([" while ", *_listed(list(step.together))] if step.together else [])]


def _doing(labels: Labels) -> list[Piece]:
    """', tilting down, then dollying in' after a noun."""
    joined = [piece for step in _steps(labels, "saying") for piece in (", then ", *_at_once(step))]
    return [", ", *joined[1:]] if joined else []


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
    """What a dolly zoom is made of, and the movements that have a name."""
    told: list[Sentence] = []
    halves = ("camera_forward_backward", "camera_zoom")
    if labels.yes("dolly_zoom") and labels.segments("camera_segments") and set(map(labels.get, halves)) == {"no"}:
        told.append(["At some point the camera performs a dolly zoom."])
    if labels.yes("dolly_zoom") and "no" not in map(labels.get, halves):
        known = [option for field in halves if (option := labels.option(field))]
        words = [option.say if at == 0 else option.saying for at, option in enumerate(known)]
        told += [[f"In the dolly zoom it {' while '.join(words)}."]] if words else []
    gestures = [labels.say("movement_gestures", value) for value in labels.many("movement_gestures")]
    return [*told, [f"The camera {_and(gestures)}."]] if gestures else told


def _tracking(labels: Labels) -> str:
    kinds = labels.many("tracking_shot_types")
    froms = [labels.say("tracking_shot_types", kind) for kind in kinds if kind in ("side", "tail", "lead", "aerial")]
    bys = [labels.say("tracking_shot_types", kind) for kind in kinds if kind in ("pan", "tilt")]
    arc = labels.say("tracking_shot_types", "arc") if "arc" in kinds else ""
    by = _and([bys[0], *(words.removeprefix("by ") for words in bys[1:])]) if bys else ""
    return " ".join(filter(None, ["The camera tracks the moving subject", _and(froms), arc, by])) + "."


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _as_sentence(words: str) -> str:
    """The person's own words, as a sentence among others."""
    text = " ".join(words.split())
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?。！？…" else ".")


_WRITERS: dict[str, Callable[[Labels], list[Sentence]]] = {
    "subject": _subject, "scene": _scene, "motion": _motion, "spatial": _spatial, "camera": _camera,
}  # fmt: skip
