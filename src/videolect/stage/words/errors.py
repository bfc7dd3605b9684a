"""What can be wrong with a caption: candidates for errors, each as words to put in the place of true ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Literal

from videolect.record.critique import Severity
from videolect.stage.words.sentences import Bit, Picker, Sentence, parted, text_of
from videolect.stage.words.telling import Telling

ErrorKind = Literal["wrong", "missing", "invented", "vague", "subjective", "order"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Characters [start, end) of the true text become ``words``."""

    kind: ErrorKind
    start: int
    end: int
    words: str
    what: str = ""
    """Of a wrong fact: direction, size, speed, look, ..."""
    primitive: str | None = None
    topic: str | None = None
    severity: Severity = "major"
    frames: tuple[int, int] | None = None
    """The stretch of the clip that the words are about, half open; None where they are about the whole."""
    pair: tuple[str, str] = ("", "")
    """Of a wrong order what comes first and what after it, where each can be quoted for itself."""
    whole: tuple[str, str] = ("", "")
    """The two, where they are sentences that change places as they are."""


VAGUE = {
    "camera": ("The camera moves in some way.", "The camera does something."),
    "spatial": ("The rest is in the general area.", "The subject is somewhere in view."),
    "subject": ("The subject has certain items.", "Somebody or something is in view."),
    "motion": ("The subject does something.", "There are various activities."),
    "scene": ("There are various objects in view.",),
    "color": ("The colors are of some kind.",), "lighting": ("The light has some kind of look.",),
    "effects": ("There are various elements in the light, and so on.",),
}  # fmt: skip
VAGUE_OF = {
    "depth_of_field": "The focus is of some kind.", "focus_change": "The focus changes in some way.",
    "camera_height": "The camera is somewhere.", "camera_angle": "The camera is somewhere.",
    "lens_distortion": "The lens has some kind of look.", "playback_speed": "The footage plays in some way.",
}  # fmt: skip
"""Of sentences that are not about what the aspect is mostly about: by topic."""
SUBJECTIVE = (
    ", with a sense of mystery", ", a beautiful sight", ", with a dramatic mood", ", adding a touch of drama",
    ", which is stunning", ", in an elegant way",
)  # fmt: skip
INVENTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "camera": (
        *(
            (name, f"The camera also {words}.", "direction")
            for name, words in (
                ("zoom_in", "zooms in"),
                ("zoom_out", "zooms out"),
                ("tilt_up", "tilts up"),
                ("tilt_down", "tilts down"),
                ("pan_left", "pans left"),
                ("pan_right", "pans right"),
                ("roll_clockwise", "rolls clockwise"),
                ("truck_left", "trucks left"),
                ("arc_clockwise", "arcs clockwise"),
                ("pedestal_up", "pedestals up"),
            )
        ),
        ("time_lapse", "The footage is a time-lapse.", "playback_speed"),
        ("slow_motion", "The footage is in slow motion.", "playback_speed"),
        ("fisheye_distortion", "The view has fisheye distortion.", "lens_distortion"),
        ("dutch_angle", "The horizon leans at a Dutch angle.", "dutch_angle"),
        ("tracking_shot", "It is a tracking shot.", "tracking"),
        ("rack_focus", "The camera racks focus.", "focus_change"),
    ),
    "spatial": (
        ("crosses_left_to_right", "{she} crosses the frame from left to right.", "spatial_change"),
        ("enters_over_left_edge", "{she} enters the frame from the left.", "spatial_change"),
        ("leaves_over_right_edge", "{she} leaves the frame to the right.", "spatial_change"),
        ("moves_towards_camera", "{she} walks towards the camera.", "spatial_change"),
        ("leading_lines", "Leading lines run through the view.", "position"),
    ),
    "scene": (
        ("has_overlays", "A watermark lies in the lower right corner.", "overlays"),
        ("rain", "Rain falls.", "weather"),
        ("fog", "Fog hangs over the ground.", "weather"),
        ("night_time", "It is a night scene.", "time_of_day"),
        ("daytime", "It is a daytime view.", "time_of_day"),
        ("drone_pov", "It is a drone's view.", "point_of_view"),
        ("first_person_pov", "It is a first-person view.", "point_of_view"),
        ("dynamic_scene", "Much is in motion.", "scene_dynamics"),
    ),
    "motion": (
        ("gestures", "{she} also waves a hand.", "actions"),
        ("runs", "{she} also runs.", "actions"),
        ("walks", "{she} also walks.", "actions"),
        ("leaves_over_left_edge", "{she} leaves the frame to the left.", "travel"),
        ("leaves_over_right_edge", "{she} leaves the frame to the right.", "travel"),
        ("holds_thing", "{she} holds a bag.", "object_interaction"),
        ("dynamic_scene", "Much is in motion.", "amount_of_motion"),
        ("static_scene", "Nothing in the scene moves.", "amount_of_motion"),
    ),
    "subject": (
        ("headwear_worn", "{she} is wearing a hat.", "subject_look"),
        ("smiling", "{she} is smiling.", "subject_look"),
        ("sitting_at_start", "{she} is sitting.", "subject_pose"),
        ("crouching_at_start", "{she} is crouching.", "subject_pose"),
        ("standing_at_start", "{she} is standing.", "subject_pose"),
        ("enters_over_left_edge", "{she} enters the frame from the left.", "subject_change"),
        ("leaves_over_left_edge", "{she} leaves the frame to the left.", "subject_change"),
        ("crowd_of_subjects", "A crowd of people stands by.", "subject_count"),
        ("profile_at_start", "{she} is seen in profile.", "subject_pose"),
    ),
    "color": (
        ("color_temperature_warm", "The grading is warm-toned.", "color_temperature"),
        ("color_temperature_cool", "The grading is cool-toned.", "color_temperature"),
        ("black_and_white", "The picture is in black and white.", "colorfulness"),
        ("overexposed", "The picture is overexposed.", "exposure"),
    ),
    "lighting": (
        ("hard_light", "It is hard light.", "quality"),
        ("soft_light", "It is soft light.", "quality"),
        ("firelight", "Part of the light is firelight.", "sources"),
        ("moonlight_starlight", "Part of it is moonlight.", "sources"),
        ("rembrandt_lighting", "The face is in Rembrandt light.", "contrast"),
    ),
    "effects": (
        ("lens_flare", "A lens flare crosses the view.", "lens"),
        ("vignette", "A vignette darkens the corners.", "looks_of_light"),
        ("rainbow", "A rainbow spans the sky.", "nature"),
        ("god_rays", "God rays show in the air.", "rays"),
    ),
}
_SEVERE = frozenset({"direction", "subject", "action", "size", "count"})


def candidates(telling: Telling, aspect: str, told: tuple[Sentence, ...], pick: Picker) -> Iterator[Change]:
    """Errors that the text could have, the kinds mixed. Whether each is one is for the caller to see."""
    told = tuple(each for bits in told for each in parted(bits))
    kinds = [
        list(_wrong(told)), list(_missing(told)), list(_invented(telling, aspect, told)),
        list(_vague(aspect, told, pick)), list(_subjective(told, pick)), list(_order(told)),
    ]  # fmt: skip
    queues = [pick.shuffled(kind) for kind in kinds]
    if queues[-1] and pick.chance(ORDER_FIRST):
        yield queues[-1].pop()
    weights = [0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5]  # wrong words are the commonest error of drafts, then what is left out
    while any(queues):
        queue = queues[pick.one(*weights)]
        if queue:
            yield queue.pop()


ORDER_FIRST = 60
"""In so many of a hundred drafts a wrong order comes before all other errors: few texts can have one."""


def _when(bits: Iterable[Bit]) -> tuple[int, int] | None:
    """From the first frame of them to the last."""
    spans = [bit.frames for bit in bits if bit.frames]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _places(told: tuple[Sentence, ...]) -> Iterator[tuple[int, Sentence]]:
    at = 0
    for bits in told:
        yield at, bits
        at += len(text_of([bits])) + 1


def _wrong(told: tuple[Sentence, ...]) -> Iterator[Change]:
    for start, bits in _places(told):
        at = start
        for bit in bits:
            for wrong in bit.wrong:
                lead = 0
                while (
                    lead < len(bit.words)
                    and bit.words[lead] == wrong.words[lead : lead + 1]
                    and bit.words[lead] in " ,"
                ):
                    lead += 1
                tail = 0
                while bit.words[-1 - tail] in " ," and bit.words[-1 - tail] == wrong.words[-1 - tail]:
                    tail += 1
                yield Change(
                    kind="wrong", start=at + lead, end=at + len(bit.words) - tail,
                    words=wrong.words[lead : len(wrong.words) - tail], what=wrong.kind,
                    primitive=bit.says[0] if bit.says else None, topic=bit.topic or None,
                    severity="critical" if wrong.kind in _SEVERE else "major", frames=bit.frames,
                )  # fmt: skip
            at += len(bit.words)


def _missing(told: tuple[Sentence, ...]) -> Iterator[Change]:
    for number, (start, bits) in enumerate(_places(told)):
        says = [name for bit in bits for name in bit.says]
        size = len(text_of([bits]))
        topic = next((bit.topic for bit in bits if bit.topic), None)
        if len(told) > 1 and says:
            first = 0 if number == 0 else 1
            yield Change(kind="missing", start=start - first, end=start + size + (1 - first), words="",
                         primitive=says[0], topic=topic, frames=_when(bits))  # fmt: skip
        at = start
        for bit in bits:
            if bit.cut and bit.says:
                yield Change(kind="missing", start=at, end=at + len(bit.words), words="", primitive=bit.says[0],
                             topic=bit.topic or None, frames=bit.frames)  # fmt: skip
            at += len(bit.words)


def _invented(telling: Telling, aspect: str, told: tuple[Sentence, ...]) -> Iterator[Change]:
    name = telling.the(telling.main) if telling.main else ""
    ends = [start + len(text_of([bits])) for start, bits in _places(told)]
    for number, (primitive, form, topic) in enumerate(INVENTED.get(aspect, ())):
        if not telling.is_false(primitive) or ("{she}" in form and not name):
            continue
        words = form.replace("{she}", name[:1].upper() + name[1:])
        at = ends[-1 - number % min(2, len(ends))]
        if " also " in words or (name and name.removeprefix("the ") not in text_of(told)[:at]):
            at = ends[-1]  # behind what it adds to, and behind the first mention of whom it speaks
        yield Change(kind="invented", start=at, end=at, words=f" {words}", primitive=primitive, topic=topic)


def _vague(aspect: str, told: tuple[Sentence, ...], pick: Picker) -> Iterator[Change]:
    for start, bits in _places(told):
        says = [name for bit in bits for name in bit.says]
        if says:
            topic = next((bit.topic for bit in bits if bit.topic), None)
            words = VAGUE_OF.get(topic or "") or pick.one(*VAGUE[aspect])
            end = start + len(text_of([bits]))
            yield Change(
                kind="vague", start=start, end=end, words=words, primitive=says[0], topic=topic, frames=_when(bits)
            )


def _subjective(told: tuple[Sentence, ...], pick: Picker) -> Iterator[Change]:
    for start, bits in _places(told):
        at = start + len(text_of([bits])) - 1
        yield Change(kind="subjective", start=at, end=at, words=pick.one(*SUBJECTIVE), severity="minor")


def _order(told: tuple[Sentence, ...]) -> Iterator[Change]:
    """Two movements or deeds of which one follows the other change places: within a sentence, or across two."""
    for start, bits in _places(told):
        starts = list(accumulate((len(bit.words) for bit in bits), initial=start))
        steps = _steps(bits)
        for number, ((one, end), (two, behind)) in enumerate(pairwise(steps)):
            here, there = bits[one:end], bits[two:behind]
            join = text_of([bits[end:two]])
            lead = text_of([bits[steps[number - 1][1] : one]]) if number else ""
            tail = text_of([bits[behind : steps[number + 2][0]]]) if number + 2 < len(steps) else ""
            if not _THEN.search(join) or _WHILE.search(lead) or _WHILE.search(tail):
                continue  # who does two things at once is in the midst of a step
            if any(bit.turned for bit in here) != any(bit.turned for bit in there):
                continue
            first, second = text_of([here]), text_of([there])
            if lead.startswith(". ") and join.startswith(". ") and (tail or ".").startswith("."):
                pair = (f"{lead[2:]}{first}.", f"{join[2:]}{second}.")
                yield Change(
                    kind="order", start=starts[one] - len(lead) + 2, end=starts[behind] + 1,
                    words=f"{pair[1]} {pair[0]}", primitive=_first([*there, *here]), topic=_topic(here),
                    frames=_when((*here, *there)), pair=(first, second), whole=pair,
                )  # fmt: skip
                continue
            words = "".join([*(bit.turned or bit.words for bit in there), join,
                             *(bit.turned or bit.words for bit in here)])  # fmt: skip
            primitive = _first([*there, *here])
            if first.lower() == second.lower() or not primitive:
                continue
            yield Change(
                kind="order", start=starts[one], end=starts[behind], words=words, primitive=primitive,
                topic=_topic(here), frames=_when((*here, *there)),
                pair=("", "") if "before" in join else (first, second),
            )  # fmt: skip


def _first(bits: Iterable[Bit]) -> str | None:
    return next((name for bit in bits for name in bit.says), None)


def _topic(bits: Sentence) -> str:
    return "movement_order" if bits[0].topic == "direction" else bits[-1].topic


_THEN = re.compile(r"\b(?:[Tt]hen|before)\b")
_WHILE = re.compile(r"\b(?:while|as|Meanwhile|time)\b")


def _steps(bits: Sentence) -> list[tuple[int, int]]:
    """The stretches of bits of one step each, half open."""
    found = []
    at = 0
    for step, few in groupby(bits, key=lambda bit: bit.step):
        size = len(list(few))
        if step:
            found.append((at, at + size))
        at += size
    return found
