"""Words for how a shot is taken: speed, lens, height, angle, focus. The camera's movement is in ``movement``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from videolect.stage.words.movement import movement
from videolect.stage.words.phrases import plain, wrong_values
from videolect.stage.words.sentences import Bit, Maker, Picker, Sentence, Wrong, capital, sentence
from videolect.stage.words.telling import Telling

HEIGHTS = {
    "aerial_level": ("at aerial level", "from an aerial height"),
    "overhead_level": ("at overhead level", "from an overhead height"),
    "eye_level": ("at eye level", "at eye height"),
    "hip_level": ("at hip level", "at waist height"),
    "ground_level": ("at ground level", "near the ground"),
    "water_level": ("at water level", "at the water's surface"),
    "underwater_level": ("underwater",),
}
ANGLES = {
    "bird_eye_angle": ("at a bird's-eye angle", "from a bird's-eye angle"),
    "high_angle": ("at a high angle", "from a high angle"),
    "level_angle": ("at a level angle", "from a level angle"),
    "low_angle": ("at a low angle", "from a low angle"),
    "worm_eye_angle": ("at a worm's-eye angle", "from a worm's-eye angle"),
}
PLANES = {"foreground": "foreground", "middle_ground": "middle ground", "background": "background"}


def makers(telling: Telling) -> list[Maker]:
    """In the order of the policy's topics."""
    return [
        plain(telling, "video_speed", "playback_speed"),
        plain(telling, "frame_freezing", "playback_speed"),
        plain(telling, "lens_distortion", "lens_distortion"),
        lambda pick: _setup(telling, pick),
        plain(telling, "dutch_angle", "dutch_angle"),
        plain(telling, "lens_traits", "lens_distortion"),
        lambda pick: _refocus(telling, pick),
        *movement(telling),
        plain(telling, "support_look", "steadiness"),
        plain(telling, "motion_blur", "movement_speed"),
        plain(telling, "cinemagraph", "movement"),
    ]


Parts = list[str | Bit]


def _setup(telling: Telling, pick: Picker) -> Sentence | None:
    """Height, angle, lens and depth of field: in one sentence, in two, or in one for each."""
    view, lens, depth = _view(telling, pick), _lens(telling), _field(telling)
    if not view or not (lens or depth) or pick.chance(25):
        opening = _taken(view, [], pick) if view else _changing(telling, pick)
        return _in_a_row(opening, *_apart(telling, lens, depth, pick))
    if pick.chance(40):
        return _in_a_row(_taken(view, lens, pick), _depth(telling, pick))
    if pick.chance(50):
        return sentence("The shot is ", pick.one("taken ", "filmed "), *view, *_with(lens, depth, pick), ".")
    first = view[0]
    lead = [_capital(first) if isinstance(first, Bit) else first, *view[1:]]
    if lens:
        return sentence(*lead, ", the shot is filmed with ", *lens, *_with([], depth, pick), ".")
    if telling.get("camera_focus") == "deep_focus":
        return sentence(*lead, ", the shot is in ", *depth, ".")
    focus: Parts = [", with the focus on the ", *depth[2:]] if depth[2:] else []
    return sentence(*lead, ", the shot has ", depth[0], *focus, ".")


def _in_a_row(*told: Sentence | None) -> Sentence | None:
    """Several sentences as one."""
    bits: list[Bit] = []
    for each in filter(None, told):
        first = each[0]
        if bits and bits[0].words.startswith("The shot ") and first.words.startswith("The shot is "):
            first = replace(first, words=first.words.replace("The shot is ", "It is ", 1))
        bits += [*([Bit(words=" ")] if bits else []), first, *each[1:]]
    return tuple(bits) or None


def _apart(telling: Telling, lens: list[Bit], depth: list[Bit], pick: Picker) -> tuple[Sentence | None, ...]:
    """Lens and depth of field behind what is said of the view."""
    if lens and depth and pick.chance(60):
        return (sentence("The shot is filmed with ", *lens, *_with([], depth, pick), "."),)
    return plain(telling, "focal_length_look", "lens_distortion")(pick), _depth(telling, pick)


def _taken(view: Parts, lens: list[Bit], pick: Picker) -> Sentence:
    lead = pick.one("The shot is taken ", "The shot is filmed ", "The camera views the scene ")
    return sentence(lead, *view, *(_behind(" with ", bit, cut=True) for bit in lens), ".")


def _with(lens: list[Bit], depth: list[Bit], pick: Picker) -> Parts:
    """' with a wide-angle lens and in deep focus'"""
    parts = [_behind(" with ", bit, cut=not depth) for bit in lens]
    if not depth:
        return [*parts]
    if depth[0].words == "deep focus":
        return [*parts, _behind(" in " if lens else pick.one(", in ", " in "), depth[0], cut=True)]
    lead = " and " if lens else pick.one(", with ", " with ")
    return [*parts, _behind(lead, depth[0], cut=len(depth) == 1), *depth[1:]]


def _behind(lead: str, bit: Bit, *, cut: bool) -> Bit:
    """With words before it."""
    wrong = tuple(Wrong(kind=each.kind, words=lead + each.words) for each in bit.wrong)
    return replace(bit, words=lead + bit.words, wrong=wrong, cut=cut)


def _lens(telling: Telling) -> list[Bit]:
    """'a wide-angle lens'"""
    look = telling.get("focal_length_look")
    words = {"wide_angle": "a wide-angle lens", "long_lens": "a long lens"}
    if look not in words:
        return []
    says = telling.needed.get("focal_length_look", ())
    wrong = tuple(Wrong(kind="lens", words=said) for value, said in words.items() if value != look)
    return [Bit(words=words[look], says=says, topic="lens_distortion", wrong=wrong)]


def _field(telling: Telling) -> list[Bit]:
    """'deep focus', 'a shallow depth of field and the focus on the foreground'"""
    focus = telling.get("camera_focus")
    says = telling.needed.get("camera_focus", ())
    if focus == "deep_focus":
        shallow = (Wrong(kind="focus", words="shallow focus"),)
        return [Bit(words="deep focus", says=says, topic="depth_of_field", wrong=shallow)]
    words = {"shallow_focus": "a shallow depth of field", "ultra_shallow_focus": "a very shallow depth of field"}
    if focus not in words:
        return []
    large = (Wrong(kind="focus", words="a large depth of field"),)
    field = Bit(words=words[focus], says=says, topic="depth_of_field", wrong=large)
    start, end = telling.get("focus_plane_start"), telling.get("focus_plane_end")
    if start not in PLANES or (end and end != start):
        return [field]
    wrong = wrong_values(telling, "focus_plane_start", start, PLANES, "focus")
    plane = Bit(
        words=PLANES[start], says=telling.needed.get("focus_plane_start", ()), topic="depth_of_field", wrong=wrong
    )
    return [field, Bit(words=" and the focus on the "), plane]


def _view(telling: Telling, pick: Picker) -> Parts:
    """'from a low angle at eye level', where neither changes."""
    height, angle = _ends(telling, "overall_height"), _ends(telling, "camera_angle")
    if height[1] or angle[1]:
        return []
    at = _level(telling, "overall_height_start", HEIGHTS, height[0], pick, "camera_height", 0)
    look = _level(telling, "camera_angle_start", ANGLES, angle[0], pick, "camera_angle", 1)
    if at and look:
        return pick.one([look, " ", at], [look, " ", at], [at, " and ", look])
    return [each for each in (at, look) if each]


def _changing(telling: Telling, pick: Picker) -> Sentence | None:
    """Height and angle, where one of the two has another state at the end."""
    height, angle = _ends(telling, "overall_height"), _ends(telling, "camera_angle")
    parts: list[str | Bit] = []
    for (start, end), table, field, topic in (
        (height, HEIGHTS, "overall_height", "camera_height"),
        (angle, ANGLES, "camera_angle", "camera_angle"),
    ):
        first = _level(telling, f"{field}_start", table, start, pick, topic, 0)
        last = _level(telling, f"{field}_end", table, end, pick, topic, 0)
        lead = ["The camera "] if not parts else [" ", "It "]
        if first and last:
            begins, ends = pick.one(
                ("starts ", " and ends "), ("begins ", " and finishes "), ("starts ", ", then ends "),
                ("begins ", " and reaches "), ("starts ", " and reaches "),
            )  # fmt: skip
            if ends == " and reaches ":
                bare = tuple(Wrong(kind=w.kind, words=w.words.removeprefix("at ")) for w in last.wrong)
                last = replace(last, words=last.words.removeprefix("at "), wrong=bare)
            parts += [*lead, begins, first, ends, last, "."]
        elif first:
            parts += [*lead, pick.one("stays ", "remains "), first, "."]
        elif last:
            parts += [*lead, "ends ", last, "."]
    return sentence(*parts) if parts else None


def _ends(telling: Telling, field: str) -> tuple[str, str]:
    start, end = telling.get(f"{field}_start"), telling.get(f"{field}_end")
    return start, "" if end == start else end


def _level(
    telling: Telling,
    field: str,
    table: Mapping[str, tuple[str, ...]],
    value: str,
    pick: Picker,
    topic: str,
    form: int | None = None,
) -> Bit | None:
    if value not in table:
        return None
    which = pick.number(4) // 3 if form is None else form
    words = {other: forms[min(which, len(forms) - 1)] for other, forms in table.items()}
    wrong = wrong_values(telling, field, value, words, "size" if "size" in field else topic.removeprefix("camera_"))
    return Bit(words=words[value], says=telling.needed.get(field, ()), topic=topic, wrong=wrong)


def _capital(bit: Bit) -> Bit:
    wrong = tuple(Wrong(kind=w.kind, words=capital(w.words)) for w in bit.wrong)
    return replace(bit, words=capital(bit.words), wrong=wrong)


# ------------------------------------------------------------------------------------------------------------- focus


def _depth(telling: Telling, pick: Picker) -> Sentence | None:
    focus = telling.get("camera_focus")
    says = telling.needed.get("camera_focus", ())
    if focus == "deep_focus":
        shallow = (Wrong(kind="focus", words="Shallow focus"),)
        deep = Bit(words="Deep focus", says=says, wrong=shallow)
        large = Bit(words="large", says=says, wrong=(Wrong(kind="focus", words="shallow"),))
        return pick.one(
            sentence(deep, " keeps ", pick.one("everything", "near and far", "the whole scene"), " sharp.",
                     topic="depth_of_field"),
            sentence("A ", large, " depth of field keeps near and far ", pick.one("sharp", "in focus"), ".",
                     topic="depth_of_field"),
            sentence("The shot is in ", Bit(words="deep focus", says=says,
                     wrong=(Wrong(kind="focus", words="shallow focus"),)),
                     pick.one("", ", sharp from near to far"), ".", topic="depth_of_field"),
        )  # fmt: skip
    if focus not in ("shallow_focus", "ultra_shallow_focus"):
        return None
    word = "shallow" if focus == "shallow_focus" else pick.one(
        "very shallow", "extremely shallow", "ultra-shallow")  # fmt: skip
    field = Bit(words=word, says=says, wrong=(Wrong(kind="focus", words="deep"),))
    start, end = telling.get("focus_plane_start"), telling.get("focus_plane_end")
    plane = PLANES.get(start, "")
    if (end and end != start) or not plane:
        return pick.one(
            sentence("The depth of field is ", field, ".", topic="depth_of_field"),
            sentence(
                f"{'An' if word[0] in 'eu' else 'A'} ",
                field,
                " depth of field leaves much of the image soft.",
                topic="depth_of_field",
            ),
        )
    says = telling.needed.get("focus_plane_start", ())
    wrong = wrong_values(telling, "focus_plane_start", start, PLANES, "focus")
    where = Bit(words=plane, says=says, wrong=wrong)
    who = _sharp(telling, start)
    lead = "An " if word[0] in "eu" else "A "
    soft = pick.one("", " and lets the rest go soft")
    if not who:
        return pick.one(
            sentence(lead, field, " depth of field keeps the ", where, " in focus", soft, ".", topic="depth_of_field"),
            sentence("The depth of field is ", field, ", with the focus on the ", where, ".", topic="depth_of_field"),
        )
    return pick.one(
        sentence(
            lead, field, f" depth of field keeps {who} in focus in the ", where, soft, ".", topic="depth_of_field"
        ),
        sentence("The depth of field is ", field, f", with {who} in focus in the ", where, ".", topic="depth_of_field"),
    )


def _sharp(telling: Telling, plane: str) -> str:
    """Who is sharp there, where that is known."""
    layer = telling.get("subject_depth_start")
    main = telling.main
    if main is not None and (layer == plane or PLANES.get(plane, "") in main.where):
        return telling.the(main)
    return ""


def _refocus(telling: Telling, pick: Picker) -> Sentence | None:
    start, end = telling.get("focus_plane_start"), telling.get("focus_plane_end")
    reason = telling.get("focus_change_reason")
    says = telling.needed.get("focus_change_reason", ())
    if start == "out_of_focus" or end == "out_of_focus":
        return _unsharp(telling, start, end)
    if reason == "focus_tracking":
        who = telling.the(telling.main) if telling.main else "the moving subject"
        follows = Bit(words=f"he focus follows {who}", says=says)
        planes = _planes(telling, start, end, "At the start the ", pick, " is in focus, and at the end the ")
        if planes:
            return sentence(*planes, " is in focus, as t", follows, ".", topic="focus_change")
        return sentence("T", follows, ".", topic="focus_change")
    if start in PLANES and end in PLANES and start != end:
        verb = {
            "rack_focus": pick.one("The focus racks from the ", "The camera racks focus from the "),
            "pull_focus": pick.one("The camera pulls focus from the ", "The focus is pulled from the "),
        }.get(reason, "")
        if verb:
            return sentence(
                Bit(words=verb, says=says), *_planes(telling, start, end, "", pick), ".", topic="focus_change"
            )
        if not telling.is_true("focus_change"):
            return None
        return sentence(
            "At the start the ", *_planes(telling, start, end, "", pick, " is in focus, and at the end the "),
            " is in focus.", topic="focus_change",
        )  # fmt: skip
    if reason == "rack_focus":
        return sentence(Bit(words="The camera racks focus", says=says), ".", topic="focus_change")
    if reason == "pull_focus":
        return sentence(Bit(words="The camera pulls focus", says=says), ".", topic="focus_change")
    return None


def _unsharp(telling: Telling, start: str, end: str) -> Sentence | None:
    """Where nothing is sharp at one end."""
    planes = (*telling.needed.get("focus_plane_start", ()), *telling.needed.get("focus_plane_end", ()))
    says = tuple(dict.fromkeys(planes))
    if start == "out_of_focus" and end in PLANES:
        words = f"begins out of focus and comes into sharp focus on the {PLANES[end]}"
    elif start == "out_of_focus":
        words = "is completely out of focus"
    else:
        lead = f"At the start the {PLANES[start]} is in focus, and then the shot " if start in PLANES else "The shot "
        return sentence(lead, Bit(words="goes completely out of focus", says=says), ".", topic="focus_change")
    return sentence("The shot ", Bit(words=words, says=says), ".", topic="focus_change")


def _planes(telling: Telling, start: str, end: str, lead: str, pick: Picker, to: str = " to the ") -> list[str | Bit]:
    """'the foreground to the background'."""
    if start not in PLANES or end not in PLANES or start == end:
        return []
    first, last = PLANES[start], PLANES[end]
    says = (*telling.needed.get("focus_plane_start", ()), *telling.needed.get("focus_plane_end", ()))
    wrong = (Wrong(kind="direction", words=f"{last}{to}{first}"),)
    return [lead, Bit(words=f"{first}{to}{last}", says=tuple(dict.fromkeys(says)), wrong=wrong)]
