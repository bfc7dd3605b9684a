"""Words for how large things are framed and where they are."""

from __future__ import annotations

from dataclasses import replace

from videolect.stage.facts import Named
from videolect.stage.words.phrases import plain, wrong_values
from videolect.stage.words.sentences import (
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
from videolect.stage.words.telling import Telling

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


def makers(telling: Telling) -> list[Maker]:
    """In the order of the policy's topics."""
    return [
        lambda pick: _size_and_place(telling, pick),
        plain(telling, "people_framed", "shot_size"),
        plain(telling, "near_person", "shot_size"),
        lambda pick: _others(telling, pick),
        lambda pick: _behind(telling, pick),
        plain(telling, "partly_hidden", "depth"),
        lambda pick: _height_and_facing(telling, pick),
        lambda pick: _goes(telling, pick),
        lambda pick: _comes_and_goes(telling, pick),
        plain(telling, "headroom", "position"),
        plain(telling, "lead_room", "position"),
        plain(telling, "subject_placement", "position"),
        plain(telling, "staging_depth", "depth"),
        plain(telling, "composition_traits", "position"),
    ]


def _of(telling: Telling, pick: Picker) -> str:
    main = telling.main
    if main is None:
        return (
            f" of {telling.facts.place}"
            if telling.facts.place and telling.get("shot_type") == "scenery" and pick.chance(60)
            else ""
        )
    return f" of {a(main.noun)}"


def _size(telling: Telling, pick: Picker) -> Sentence | None:
    start, end = telling.get("shot_size_start"), telling.get("shot_size_end")
    if not start and not end:
        return None
    of = _of(telling, pick)
    switches = telling.answers.get("shot_type") == "change_of_subject"
    first, last = _shot(telling, "shot_size_start", start), _shot(telling, "shot_size_end", end)
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


def _size_and_place(telling: Telling, pick: Picker) -> Sentence | None:
    """Size and place, in one sentence or in two."""
    size, place = _size(telling, pick), _place(telling, pick)
    if size is None or place is None:
        return size or place
    main = telling.main
    start = _where(telling, "start", pick)
    of = a(main.noun) if main else ""
    last = size[-2].words if size[-1].words == "." else ""
    if main and start and last.endswith(of) and not _where(telling, "end", pick) and pick.chance(75):
        stands = " placed " if telling.get("subject_depth_start") in LAYERS else " "
        return (*size[:-1], *sentence(stands, *start, ".", topic="position"))
    return (*size, Bit(words=" "), *place)


def _capital(bit: Bit) -> Bit:
    wrong = tuple(Wrong(kind=w.kind, words=capital(w.words)) for w in bit.wrong)
    return Bit(words=capital(bit.words), says=bit.says, topic=bit.topic, wrong=wrong)


def _shot(telling: Telling, field: str, value: str) -> Bit | None:
    if value not in SIZES:
        return None
    wrong = wrong_values(telling, field, value, SIZES, "size", far=True)
    return Bit(words=SIZES[value], says=telling.needed.get(field, ()), topic="shot_size", wrong=wrong)


def _where(telling: Telling, which: str, pick: Picker) -> list[str | Bit]:
    """'in the center of the frame, in the foreground'"""
    place, layer = telling.get(f"subject_position_{which}"), telling.get(f"subject_depth_{which}")
    parts: list[str | Bit] = []
    if layer in LAYERS:
        field = f"subject_depth_{which}"
        wrong = wrong_values(telling, field, layer, LAYERS, "place")
        parts.append(Bit(words=LAYERS[layer], says=telling.needed.get(field, ()), topic="depth", wrong=wrong))
    if place in PLACES:
        field = f"subject_position_{which}"
        wrong = wrong_values(telling, field, place, PLACES, "place", far=True)
        bit = Bit(words=PLACES[place], says=telling.needed.get(field, ()), topic="position", wrong=wrong)
        parts += [", ", bit] if parts else [bit]
    return parts


def _place(telling: Telling, pick: Picker) -> Sentence | None:
    main = telling.main
    if main is None:
        return None
    who = capital(telling.the(main))
    if telling.get("subject_position_start") == "fills_frame":
        says = telling.needed.get("subject_position_start", ())
        layer = telling.get("subject_depth_start")
        fills = Bit(words="fills the frame", says=says)
        if layer in LAYERS:
            wrong = wrong_values(telling, "subject_depth_start", layer, LAYERS, "place")
            deep = Bit(words=LAYERS[layer], says=telling.needed.get("subject_depth_start", ()), wrong=wrong)
            return sentence(f"{who} is ", deep, " and ", fills, ".", topic="position")
        return sentence(f"{who} ", fills, ".", topic="position")
    start, end = _where(telling, "start", pick), _where(telling, "end", pick)
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


def _others(telling: Telling, pick: Picker) -> Sentence | None:
    """Where everybody else is."""
    told: list[str | Bit] = []
    if telling.main is None:
        return None
    said = [named for named in telling.facts.subjects if named.where and named is not telling.main]
    for number, named in enumerate(said):
        told += ["; " if number else "", capital(telling.the(named)) if not number else telling.the(named), " is "]
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


def _behind(telling: Telling, pick: Picker) -> Sentence | None:
    details = list(telling.facts.details[:3])
    if not details:
        return None
    back = pick.shuffled(details)[: 1 + pick.number(len(details))]
    plural = many(back)
    return pick.one(
        sentence(f"Farther off, there {'are' if many(back[:1]) else 'is'} {listed(back)}.", topic="depth"),
        sentence(f"{capital(listed(back))} {'close' if plural else 'closes'} off the background.", topic="depth"),
        sentence(f"{capital(listed(back))} {'lie' if plural else 'lies'} beyond.", topic="depth"),
    )


def _height_and_facing(telling: Telling, pick: Picker) -> Sentence | None:
    """In one sentence or in two."""
    height, facing = _height(telling, pick), _facing(telling, pick)
    main = telling.main
    if height is None or facing is None or main is None:
        return height or facing
    said = facing[1]
    if len(parted(height)) > 1 or not height[-2].words.endswith(telling.the(main)) or pick.chance(35):
        she = telling.she(main)
        who = f"{capital(she)} " if she in ("she", "he") else facing[0].words
        return (*height, Bit(words=" "), replace(facing[0], words=who), *facing[1:])
    lead = ", who " if main.is_person else ", which "
    wrong = tuple(replace(each, words=lead + each.words) for each in said.wrong)
    return (*height[:-1], replace(said, words=lead + said.words, wrong=wrong, cut=True), height[-1])


def _height(telling: Telling, pick: Picker) -> Sentence | None:
    start, end = telling.get("subject_height_start"), telling.get("subject_height_end")
    main = telling.main
    if main is None or not (start or end):
        return None
    who = telling.the(main)
    same = pick.one(f"at the same level as {who}", f"at the same height as {who}", f"level with {who}")
    first = _level(telling, "subject_height_start", start, who, same)
    if first and end and start != end:
        him = {"she": "her", "he": "him"}.get(telling.she(main), who)
        same = f"at the same {pick.one('level', 'height')} as {who}"
        first = _level(telling, "subject_height_start", start, who, same)
        last = _level(telling, "subject_height_end", end, him, same.replace(who, him))
        join = pick.one(", and at the end the camera is ", ", and by the end the camera is ")
        return sentence("At the start the camera is ", first, join, last, ".", topic="height_to_subject")
    if first:
        if "height_to_subject_ends" not in "".join(telling.needed.get("subject_height_start", ())):
            return sentence("At the start the camera is ", first, ".", topic="height_to_subject")
        verb = pick.one("is positioned ", "is placed ", "is ", "remains ")
        return sentence("The camera ", verb, first, ".", topic="height_to_subject")
    if last := _level(telling, "subject_height_end", end, who, same):
        return sentence("At the end the camera is ", last, ".", topic="height_to_subject")
    return None


def _level(telling: Telling, field: str, value: str, who: str, same: str) -> Bit | None:
    words = {"above_subject": f"above {who}", "at_subject": same, "below_subject": f"below {who}"}
    if value not in words:
        return None
    wrong = wrong_values(telling, field, value, words, "height")
    return Bit(words=words[value], says=telling.needed.get(field, ()), topic="height_to_subject", wrong=wrong)


def _facing(telling: Telling, pick: Picker) -> Sentence | None:
    start = telling.get("subject_facing_start")
    main = telling.main
    if main is None:
        return None
    his = {"she": "her", "he": "his"}.get(telling.she(main), "")
    words = {
        "front": "faces the camera" if main.is_person else "is seen facing the camera",
        "profile": "is seen in profile",
        "back": f"has {his} back to the camera" if his and pick.chance(50) else "is seen from behind",
    }
    if start not in words:
        return None
    wrong = wrong_values(telling, "subject_facing_start", start, words, "orientation")
    bit = Bit(words=words[start], says=telling.needed.get("subject_facing_start", ()), wrong=wrong)
    return sentence(f"{capital(telling.the(main))} ", bit, ".", topic="orientation")


DIRECTION = {
    "left_to_right": ("moves from left to right", "travels from left to right"),
    "right_to_left": ("moves from right to left", "travels from right to left"),
    "toward_camera": ("moves towards the camera", "comes towards the camera"),
    "away_from_camera": ("moves away from the camera", "moves off, away from the camera")[:1] * 2,
}


def _goes(telling: Telling, pick: Picker) -> Sentence | None:
    way, main = telling.get("screen_direction"), telling.main
    if main is None or way not in DIRECTION:
        return None
    which = pick.number(2)
    words = {value: forms[which] for value, forms in DIRECTION.items()}
    wrong = wrong_values(telling, "screen_direction", way, words, "direction")
    bit = Bit(words=words[way], says=telling.needed.get("screen_direction", ()), wrong=wrong)
    return sentence(f"{capital(telling.the(main))} ", bit, ".", topic="spatial_change")


EDGES = {"left": "from the left", "right": "from the right", "top": "at the top", "bottom": "at the bottom"}
GONE = {"left": "to the left", "right": "to the right", "top": "at the top", "bottom": "at the bottom"}


def _comes_and_goes(telling: Telling, pick: Picker) -> Sentence | None:
    return comings(telling, pick, "spatial_change")


def comings(telling: Telling, pick: Picker, topic: str) -> Sentence | None:
    """How the main subject enters and leaves."""
    main = telling.main
    if main is None:
        return None
    parts: list[str | Bit] = []
    both = [("enters_by", "enters the frame", EDGES), ("leaves_by", "leaves the frame", GONE)]
    if telling.get("subject_position_start") not in ("", "out_of_view"):
        both.reverse()  # who is there at first goes before he comes back
    for field, verb, ways in both:
        values = [value for value in telling.many(field) if value in ways]
        if not values:
            continue
        parts.append(" and then " if parts else f"{capital(telling.the(main))} ")
        says = telling.needed.get(field, ())
        value = values[0]
        wrong: tuple[Wrong, ...] = ()
        if value in ("left", "right") and len(values) == 1:
            other = "right" if value == "left" else "left"
            wrong = (Wrong(kind="direction", words=f"{verb} {ways[other]}"),)
        parts.append(Bit(words=f"{verb} {' and '.join(ways[v] for v in values)}", says=says, wrong=wrong))
    return sentence(*parts, ".", topic=topic) if parts else None
