"""Words for how large things are framed and where they are."""

from __future__ import annotations

from dataclasses import replace

from videolect.stage.facts import Named
from videolect.stage.words.phrases import plain, wrong_values
from videolect.stage.words.telling import (
    Bit,
    Maker,
    Picker,
    Sentence,
    Wrong,
    a,
    capital,
    listed,
    many,
    parted,
    sentence,
)
from videolect.stage.words.truth import Truth

SIZES = {
    "extreme_wide": "an extreme wide shot", "wide": "a wide shot", "full": "a full shot",
    "medium_full": "a medium full shot", "medium": "a medium shot", "medium_close_up": "a medium close-up",
    "close_up": "a close-up", "extreme_close_up": "an extreme close-up",
}  # fmt: skip
PLACES = {
    "upper_left": "in the upper left of the frame", "upper_centre": "in the upper center of the frame",
    "upper_right": "in the upper right of the frame", "middle_left": "on the left side of the frame",
    "centre": "in the center of the frame", "middle_right": "on the right side of the frame",
    "lower_left": "in the lower left of the frame", "lower_centre": "in the lower center of the frame",
    "lower_right": "in the lower right of the frame",
}  # fmt: skip
LAYERS = {
    "foreground": "in the foreground", "middle_ground": "in the middle ground", "background": "in the background",
}  # fmt: skip
HEIGHTS = {"above_subject": "above", "at_subject": "at", "below_subject": "below"}


def makers(truth: Truth) -> list[Maker]:
    """In the order of the policy's topics."""
    return [
        lambda pick: _size_and_place(truth, pick),
        plain(truth, "people_framed", "shot_size"),
        plain(truth, "near_person", "shot_size"),
        lambda pick: _others(truth, pick),
        lambda pick: _behind(truth, pick),
        plain(truth, "partly_hidden", "depth"),
        lambda pick: _height_and_facing(truth, pick),
        lambda pick: _goes(truth, pick),
        lambda pick: _comes_and_goes(truth, pick),
        plain(truth, "headroom", "position"),
        plain(truth, "lead_room", "position"),
        plain(truth, "subject_placement", "position"),
        plain(truth, "staging_depth", "depth"),
        plain(truth, "composition_traits", "position"),
    ]


def _of(truth: Truth, pick: Picker) -> str:
    main = truth.main
    if main is None:
        return (
            f" of {truth.facts.place}"
            if truth.facts.place and truth.get("shot_type") == "scenery" and pick.chance(60)
            else ""
        )
    return f" of {a(main.noun)}"


def _size(truth: Truth, pick: Picker) -> Sentence | None:
    start, end = truth.get("shot_size_start"), truth.get("shot_size_end")
    if not start and not end:
        return None
    of = _of(truth, pick)
    switches = truth.answers.get("shot_type") == "change_of_subject"
    first, last = _shot(truth, "shot_size_start", start), _shot(truth, "shot_size_end", end)
    if first and last and start != end:
        verb = pick.one(
            (" starts as ", " and ends as "), (" begins as ", " and becomes "), (" opens as ", " and ends as ")
        )
        if switches:
            return None  # two subjects, two sizes: words for both would tell of a change of size
        return sentence("The shot", verb[0], first, of, verb[1], last, ".", topic="shot_size")
    if first:
        if switches and not end:
            return sentence("The shot starts as ", first, of, " and ends on the bare surroundings.", topic="shot_size")
        if not of:
            return sentence(pick.one("The shot is ", "This is ", "It is "), first, ".", topic="shot_size")
        return pick.one(
            sentence(pick.one("The shot is ", "This is ", "It is "), first, of, ".", topic="shot_size"),
            sentence(_capital(first), pick.one(" frames ", " shows "), of.removeprefix(" of "), ".",
                     topic="shot_size"),
        )  # fmt: skip
    assert last is not None
    return sentence("The shot ends as ", last, of, ".", topic="shot_size")


def _size_and_place(truth: Truth, pick: Picker) -> Sentence | None:
    """Size and place, in one sentence or in two."""
    size, place = _size(truth, pick), _place(truth, pick)
    if size is None or place is None:
        return size or place
    main = truth.main
    start = _where(truth, "start", pick)
    of = a(main.noun) if main else ""
    last = size[-2].words if size[-1].words == "." else ""
    if main and start and last.endswith(of) and not _where(truth, "end", pick) and pick.chance(75):
        stands = " placed " if truth.get("subject_depth_start") in LAYERS else " "
        return (*size[:-1], *sentence(stands, *start, ".", topic="position"))
    return (*size, Bit(words=" "), *place)


def _capital(bit: Bit) -> Bit:
    wrong = tuple(Wrong(kind=w.kind, words=capital(w.words)) for w in bit.wrong)
    return Bit(words=capital(bit.words), says=bit.says, topic=bit.topic, wrong=wrong)


def _shot(truth: Truth, field: str, value: str) -> Bit | None:
    if value not in SIZES:
        return None
    wrong = wrong_values(truth, field, value, SIZES, "size", far=True)
    return Bit(words=SIZES[value], says=truth.needed.get(field, ()), topic="shot_size", wrong=wrong)


def _where(truth: Truth, which: str, pick: Picker) -> list[str | Bit]:
    """'in the center of the frame, in the foreground'"""
    place, layer = truth.get(f"subject_position_{which}"), truth.get(f"subject_depth_{which}")
    parts: list[str | Bit] = []
    if layer in LAYERS:
        field = f"subject_depth_{which}"
        wrong = wrong_values(truth, field, layer, LAYERS, "place")
        parts.append(Bit(words=LAYERS[layer], says=truth.needed.get(field, ()), topic="depth", wrong=wrong))
    if place in PLACES:
        field = f"subject_position_{which}"
        wrong = wrong_values(truth, field, place, PLACES, "place", far=True)
        bit = Bit(words=PLACES[place], says=truth.needed.get(field, ()), topic="position", wrong=wrong)
        parts += [", ", bit] if parts else [bit]
    return parts


def _place(truth: Truth, pick: Picker) -> Sentence | None:
    main = truth.main
    if main is None:
        return None
    who = capital(truth.the(main))
    if truth.get("subject_position_start") == "fills_frame":
        says = truth.needed.get("subject_position_start", ())
        layer = truth.get("subject_depth_start")
        fills = Bit(words="fills the frame", says=says)
        if layer in LAYERS:
            wrong = wrong_values(truth, "subject_depth_start", layer, LAYERS, "place")
            deep = Bit(words=LAYERS[layer], says=truth.needed.get("subject_depth_start", ()), wrong=wrong)
            return sentence(f"{who} is ", deep, " and ", fills, ".", topic="position")
        return sentence(f"{who} ", fills, ".", topic="position")
    start, end = _where(truth, "start", pick), _where(truth, "end", pick)
    verb = pick.one(" is ", " is positioned ", " is placed ", " appears ")
    if start and end:
        first, then = (" is first ", " and by the end ")
        if len(start) == len(end) == 1 and pick.chance(70):
            first, then = pick.one(
                (" starts ", " and ends "), (" begins ", " and ends "), (" is at first ", ", later ")
            )
        return sentence(who, first, *start, then, *end, ".", topic="position")
    if start:
        return sentence(who, verb, *start, ".", topic="position")
    if end:
        return sentence(who, " is at the end ", *end, ".", topic="position")
    return None


def _others(truth: Truth, pick: Picker) -> Sentence | None:
    """Where everybody else is."""
    told: list[str | Bit] = []
    if truth.main is None:
        return None
    said = [named for named in truth.facts.subjects if named.where and named is not truth.main]
    for number, named in enumerate(said):
        told += ["; " if number else "", capital(truth.the(named)) if not number else truth.the(named), " is "]
        told.append(_there(named))
    return sentence(*told, ".", topic="position") if told else None


def _there(named: Named) -> str:
    """'on the left, in the background'"""
    words = {
        "left": "on the left", "right": "on the right", "centre": "in the center", "center": "in the center",
        "foreground": "in the foreground", "background": "in the background",
        "middle_ground": "in the middle ground", "middle ground": "in the middle ground",
    }  # fmt: skip
    return ", ".join(words.get(each, each) for each in named.where)


def _behind(truth: Truth, pick: Picker) -> Sentence | None:
    details = list(truth.facts.details[:3])
    if not details:
        return None
    back = pick.shuffled(details)[: 1 + pick.number(len(details))]
    plural = many(back)
    return pick.one(
        sentence(f"Farther off, there {'are' if many(back[:1]) else 'is'} {listed(back)}.", topic="depth"),
        sentence(f"{capital(listed(back))} {'close' if plural else 'closes'} off the background.", topic="depth"),
        sentence(f"{capital(listed(back))} {'lie' if plural else 'lies'} beyond.", topic="depth"),
    )


def _height_and_facing(truth: Truth, pick: Picker) -> Sentence | None:
    """In one sentence or in two."""
    height, facing = _height(truth, pick), _facing(truth, pick)
    main = truth.main
    if height is None or facing is None or main is None:
        return height or facing
    said = facing[1]
    if len(parted(height)) > 1 or not height[-2].words.endswith(truth.the(main)) or pick.chance(35):
        she = truth.she(main)
        who = f"{capital(she)} " if she in ("she", "he") else facing[0].words
        return (*height, Bit(words=" "), replace(facing[0], words=who), *facing[1:])
    lead = ", who " if main.is_person else ", which "
    wrong = tuple(replace(each, words=lead + each.words) for each in said.wrong)
    return (*height[:-1], replace(said, words=lead + said.words, wrong=wrong, cut=True), height[-1])


def _height(truth: Truth, pick: Picker) -> Sentence | None:
    start, end = truth.get("subject_height_start"), truth.get("subject_height_end")
    main = truth.main
    if main is None or not (start or end):
        return None
    who = truth.the(main)
    same = pick.one(f"at the same level as {who}", f"at the same height as {who}", f"level with {who}")
    first = _level(truth, "subject_height_start", start, who, same)
    if first and end and start != end:
        him = {"she": "her", "he": "him"}.get(truth.she(main), who)
        same = f"at the same {pick.one('level', 'height')} as {who}"
        first = _level(truth, "subject_height_start", start, who, same)
        last = _level(truth, "subject_height_end", end, him, same.replace(who, him))
        join = pick.one(", and at the end the camera is ", ", and by the end the camera is ")
        return sentence("At the start the camera is ", first, join, last, ".", topic="height_to_subject")
    if first:
        if "height_to_subject_ends" not in "".join(truth.needed.get("subject_height_start", ())):
            return sentence("At the start the camera is ", first, ".", topic="height_to_subject")
        verb = pick.one("is positioned ", "is placed ", "is ", "remains ")
        return sentence("The camera ", verb, first, ".", topic="height_to_subject")
    if last := _level(truth, "subject_height_end", end, who, same):
        return sentence("At the end the camera is ", last, ".", topic="height_to_subject")
    return None


def _level(truth: Truth, field: str, value: str, who: str, same: str) -> Bit | None:
    words = {"above_subject": f"above {who}", "at_subject": same, "below_subject": f"below {who}"}
    if value not in words:
        return None
    wrong = wrong_values(truth, field, value, words, "height")
    return Bit(words=words[value], says=truth.needed.get(field, ()), topic="height_to_subject", wrong=wrong)


def _facing(truth: Truth, pick: Picker) -> Sentence | None:
    start = truth.get("subject_facing_start")
    main = truth.main
    if main is None:
        return None
    his = {"she": "her", "he": "his"}.get(truth.she(main), "")
    words = {
        "front": "faces the camera" if main.is_person else "is seen facing the camera",
        "profile": "is seen in profile",
        "back": f"has {his} back to the camera" if his and pick.chance(50) else "is seen from behind",
    }
    if start not in words:
        return None
    wrong = wrong_values(truth, "subject_facing_start", start, words, "orientation")
    bit = Bit(words=words[start], says=truth.needed.get("subject_facing_start", ()), wrong=wrong)
    return sentence(f"{capital(truth.the(main))} ", bit, ".", topic="orientation")


DIRECTION = {
    "left_to_right": ("moves from left to right", "travels from left to right"),
    "right_to_left": ("moves from right to left", "travels from right to left"),
    "toward_camera": ("moves towards the camera", "comes towards the camera"),
    "away_from_camera": ("moves away from the camera", "moves off, away from the camera")[:1] * 2,
}


def _goes(truth: Truth, pick: Picker) -> Sentence | None:
    way, main = truth.get("screen_direction"), truth.main
    if main is None or way not in DIRECTION:
        return None
    which = pick.number(2)
    words = {value: forms[which] for value, forms in DIRECTION.items()}
    wrong = wrong_values(truth, "screen_direction", way, words, "direction")
    bit = Bit(words=words[way], says=truth.needed.get("screen_direction", ()), wrong=wrong)
    return sentence(f"{capital(truth.the(main))} ", bit, ".", topic="spatial_change")


EDGES = {"left": "from the left", "right": "from the right", "top": "at the top", "bottom": "at the bottom"}
GONE = {"left": "to the left", "right": "to the right", "top": "at the top", "bottom": "at the bottom"}


def _comes_and_goes(truth: Truth, pick: Picker) -> Sentence | None:
    return comings(truth, pick, "spatial_change")


def comings(truth: Truth, pick: Picker, topic: str) -> Sentence | None:
    """How the main subject enters and leaves."""
    main = truth.main
    if main is None:
        return None
    parts: list[str | Bit] = []
    both = [("enters_by", "enters the frame", EDGES), ("leaves_by", "leaves the frame", GONE)]
    if truth.get("subject_position_start") not in ("", "out_of_view"):
        both.reverse()  # who is there at first goes before he comes back
    for field, verb, ways in both:
        values = [value for value in truth.many(field) if value in ways]
        if not values:
            continue
        parts.append(" and then " if parts else f"{capital(truth.the(main))} ")
        says = truth.needed.get(field, ())
        value = values[0]
        wrong: tuple[Wrong, ...] = ()
        if value in ("left", "right") and len(values) == 1:
            other = "right" if value == "left" else "left"
            wrong = (Wrong(kind="direction", words=f"{verb} {ways[other]}"),)
        parts.append(Bit(words=f"{verb} {' and '.join(ways[v] for v in values)}", says=says, wrong=wrong))
    return sentence(*parts, ".", topic=topic) if parts else None
