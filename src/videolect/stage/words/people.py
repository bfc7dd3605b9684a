"""Words for the subjects, what they do, and the place: the captions of subject, motion and scene."""

from __future__ import annotations

from dataclasses import replace

from videolect.stage.facts import KINDS, Named
from videolect.stage.words.deeds import WAYS, carries_way, clauses
from videolect.stage.words.phrases import plain, wrong_values
from videolect.stage.words.spatial import comings
from videolect.stage.words.telling import (
    Bit,
    Maker,
    Picker,
    Sentence,
    Wrong,
    a,
    capital,
    in_order,
    listed,
    many,
    sentence,
)
from videolect.stage.words.truth import Truth
from videolect.stage.world import Event

COLOURS = ("red", "blue", "green", "yellow", "black", "white", "grey", "brown", "orange", "purple", "pink")
POSES = {
    "standing": ("stands", "is standing"), "sitting": ("sits", "is sitting"), "lying": ("lies down", "is lying down"),
    "crouching": ("crouches", "is crouching"),
}  # fmt: skip
FACING = {
    "front": "facing the camera", "profile": "seen in profile", "back": "seen from behind",
}  # fmt: skip
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


# ------------------------------------------------------------------------------------------------------------- subject


def subject(truth: Truth) -> list[Maker]:
    """Kinds, number, looks, pose, entering and leaving."""
    if truth.main is None:
        return [lambda pick: _scenery(truth, pick)] if truth.answers.get("shot_type") == "scenery" else []
    made: list[Maker] = [lambda pick: _count(truth, pick), lambda pick: _main(truth, pick)]
    for number, named in enumerate(truth.facts.subjects[1:6], 1):
        made.append(lambda pick, named=named, number=number: _who(truth, named, number, pick))  # type: ignore[misc]
    made += [lambda pick: _worn(truth, pick), lambda pick: _face(truth, pick)]
    return [*made, lambda pick: comings(truth, pick, "subject_change")]


def _scenery(truth: Truth, pick: Picker) -> Sentence:
    of = f" of {truth.facts.place}" if truth.facts.place else ""
    shot = Bit(words=f"a scenery shot{of}", says=("scenery_shot",) if truth.is_true("scenery_shot") else ())
    return pick.one(
        sentence("It is ", shot, ", and nothing in it stands out from the rest.", topic="subject_type"),
        sentence("It is ", shot, ", in which all is of equal weight.", topic="subject_type"),
        sentence(
            "It is ",
            Bit(words="a scenery shot", says=shot.says),
            ", in which all is of equal weight.",
            topic="subject_type",
        ),
    )


def _count(truth: Truth, pick: Picker) -> Sentence | None:
    answer = truth.get("subject_count")
    says = truth.needed.get("subject_count", ())
    number = len(truth.facts.subjects)
    people = all(named.is_person for named in truth.facts.subjects)
    noun = "people" if people else "subjects"
    if answer == "two":
        wrong = (Wrong(kind="count", words=f"Three {noun}"),)
        pair = Bit(words=f"Two {noun}", says=says, wrong=wrong)
        return sentence(
            pair, pick.one(" are in view.", " share the view.", " make up the shot."), topic="subject_count"
        )
    if answer == "few":
        told = NUMBERS[number] if 3 <= number < 10 else "several"
        wrong = (Wrong(kind="count", words=f"Two {noun}"),)
        return sentence(
            Bit(words=f"{capital(told)} {noun}", says=says, wrong=wrong), " are in view.", topic="subject_count"
        )
    if answer == "crowd":
        wrong = (Wrong(kind="count", words="Two people are"),)
        return sentence(Bit(words="A crowd of people is", says=says, wrong=wrong), " in view.", topic="subject_count")
    return None


def _main(truth: Truth, pick: Picker) -> Sentence:
    """The main subject with its pose: in one sentence, or in several."""
    main = truth.main
    assert main is not None
    alone, pose = _alone(truth, pick), _pose(truth, pick)
    body = pose[1:-1] if pose else ()
    if pick.chance(60) and (body or alone):
        says = _kinds(truth, main)
        parts: list[str | Bit] = [Bit(words=capital(a(main.noun)), says=says, topic="subject_type",
                                      wrong=_other_noun(main, True))]  # fmt: skip
        if main.is_person:
            if main.look:
                parts += [" in ", *_look(main, pick)]
        elif main.look:
            lead = capital(a(in_order(main.look)[0]).split(" ")[0])
            parts = [Bit(words=f"{lead} ", says=says, topic="subject_type"), *_adjectives(main), main.noun]
        if body:
            parts += [" ", *body]
            parts += [", ", alone[1]] if alone else []
        elif alone:
            parts += [" is ", alone[1]]
        return sentence(*parts, ".", topic="subject_look")
    told = _who(truth, main, 0, pick)
    if pose:
        told = (*told, Bit(words=" "), *_as_pronoun(truth, pose))
    if alone:
        told = (*told, Bit(words=" "), *_as_pronoun(truth, alone))
    return told


def _as_pronoun(truth: Truth, bits: Sentence) -> Sentence:
    main = truth.main
    name = capital(truth.the(main)) if main else ""
    if main is None or truth.she(main) == "they":
        return bits
    return (replace(bits[0], words=capital(truth.she(main)) + bits[0].words.removeprefix(name)), *bits[1:])


def _kinds(truth: Truth, named: Named) -> tuple[str, ...]:
    return tuple(p for p in truth.needed.get("subject_kinds", ()) if p.startswith(_KIND.get(_kind(named), "-")))


def _who(truth: Truth, named: Named, number: int, pick: Picker) -> Sentence:
    says = _kinds(truth, named)
    look = _look(named, pick)
    if named.is_person:
        noun = Bit(words=capital(a(named.noun)), says=says, topic="subject_type", wrong=_other_noun(named, True))
        worn: list[str | Bit] = [" wears " if look else "", *look]
        return sentence(noun, *worn, "." if look else " is in view.", topic="subject_look")
    main = number == 0
    told = in_order(named.look)
    if told and pick.chance(50):
        lead = capital(a(told[0]).split(" ")[0])
        return sentence(
            Bit(words=f"{lead} ", says=says, topic="subject_type"), *_adjectives(named), f"{named.noun} ",
            pick.one("is in view", "is the subject") if main else pick.one("is also in view", "is there too"), ".",
            topic="subject_look",
        )  # fmt: skip
    return sentence(
        Bit(words=capital(a(named.noun)), says=says, topic="subject_type", wrong=_other_noun(named, True)),
        " is " if told else " is in view", _coloured(told[0]) if told else "",
        *((" and ", _coloured(told[1])) if len(told) > 1 else ()), ".", topic="subject_look",
    )  # fmt: skip


def _adjectives(named: Named) -> list[Bit]:
    return [bit for each in in_order(named.look)[:2] for bit in (_coloured(each), Bit(words=" "))]


_KIND = {
    "person": "person", "animal": "animal", "creature": "invented", "vehicle": "vehicle", "structure": "built",
    "plant": "plant",
}  # fmt: skip


def _kind(named: Named) -> str:
    return KINDS.get(named.kind, "object")


def _other_noun(named: Named, large: bool) -> tuple[Wrong, ...]:
    others = {"person": "a dog", "animal": "a man", "vehicle": "a horse"}
    words = others.get(_kind(named))
    return (Wrong(kind="subject", words=capital(words) if large else words),) if words else ()


def _look(named: Named, pick: Picker) -> list[str | Bit]:
    """'a red jacket and dark blue trousers', each with another colour as its error."""
    parts: list[str | Bit] = []
    for number, look in enumerate(named.look):
        if number:
            parts.append(" and " if number == len(named.look) - 1 else ", ")
        parts.append(_coloured(a(look)))
    return parts


def _coloured(words: str) -> Bit:
    colour = next((each for each in COLOURS if each in words.split()), "")
    if not colour:
        return Bit(words=words, topic="subject_look")
    other = COLOURS[(COLOURS.index(colour) + 2) % len(COLOURS)]
    if words.split()[0] in ("a", "an"):
        false = a(" ".join(other if each == colour else each for each in words.split()[1:]))
    else:
        false = " ".join(other if each == colour else each for each in words.split())
    return Bit(words=words, topic="subject_look", wrong=(Wrong(kind="look", words=false),))


def _pose(truth: Truth, pick: Picker) -> Sentence | None:
    main = truth.main
    pose, facing = truth.get("subject_pose_start"), truth.get("subject_facing_start")
    if main is None or (pose not in POSES and facing not in FACING):
        return _ends_up(truth)
    parts: list[str | Bit] = [f"{capital(truth.the(main))} "]
    if pose in POSES:
        which = pick.number(2)
        words = {value: forms[which] for value, forms in POSES.items()}
        wrong = wrong_values(truth, "subject_pose_start", pose, words, "pose")
        says = truth.needed.get("subject_pose_start", ())
        parts.append(Bit(words=words[pose], says=says, topic="subject_pose", wrong=wrong))
    if facing in FACING:
        wrong = wrong_values(truth, "subject_facing_start", facing, FACING, "orientation")
        says = truth.needed.get("subject_facing_start", ())
        parts += [", " if pose in POSES else "is ", Bit(words=FACING[facing], says=says, wrong=wrong)]
    end, says = truth.get("subject_pose_end"), truth.needed.get("subject_pose_end", ())
    if end == "sitting" and "gets_down" in says:
        parts += [" and ", Bit(words="later sits down", says=says)]
    elif end == "standing" and "stands_up" in says:
        parts += [" and ", Bit(words="later stands up", says=says)]
    return sentence(*parts, ".", topic="subject_pose")


def _ends_up(truth: Truth) -> Sentence | None:
    """A pose that is only known at the end."""
    says = truth.needed.get("subject_pose_end", ())
    verb = "sits down" if "gets_down" in says else "stands up" if "stands_up" in says else ""
    if truth.main is None or not verb:
        return None
    return sentence(
        f"{capital(truth.the(truth.main))} ", Bit(words=verb, says=says), " later on.", topic="subject_pose"
    )


def _alone(truth: Truth, pick: Picker) -> Sentence | None:
    if truth.get("subject_count") != "one" or truth.main is None:
        return None
    says = truth.needed.get("subject_count", ())
    who = capital(truth.the(truth.main))
    return sentence(f"{who} is ", Bit(words="alone in the frame", says=says), ".", topic="subject_count")


def _worn(truth: Truth, pick: Picker) -> Sentence | None:
    words = {"uniform": "a work uniform", "costume": "a costume", "headwear": "a hat", "face_covering": "a face mask"}
    people = [named for named in truth.facts.subjects if named.is_person]
    wearer = next((named for named in people if named.wears), truth.main)
    worn = truth.many("subject_wears")
    told = [words[each] for each in worn if each in words and (not wearer or each in (wearer.wears or worn))]
    if not told or wearer is None or not wearer.is_person:
        return None
    says = truth.needed.get("subject_wears", ())
    return sentence(f"{capital(truth.the(wearer))} is wearing ", Bit(words=listed(told), says=says), ".",
                    topic="subject_look")  # fmt: skip


def _face(truth: Truth, pick: Picker) -> Sentence | None:
    if truth.main is None or truth.get("subject_expression") not in ("smile", "changes"):
        return None
    says = truth.needed.get("subject_expression", ())
    who = capital(truth.the(truth.main))
    verb = "smiles" if truth.get("subject_expression") == "smile" else "has a face that changes expression"
    return sentence(f"{who} ", Bit(words=verb, says=says), ".", topic="subject_look")


# --------------------------------------------------------------------------------------------------------------- scene


def scene(truth: Truth) -> list[Maker]:
    """Point of view, place, hour, weather, surroundings, style, overlays, what moves."""
    made: list[Maker] = [plain(truth, "camera_pov", "point_of_view"), lambda pick: _where(truth, pick)]
    if not truth.facts.place or truth.get("time_of_day_end"):
        made.append(plain(truth, "time_of_day_start", "time_of_day"))
    made.append(plain(truth, "scene_weather", "weather"))
    for number in range(0, len(truth.facts.details), 2):
        made.append(lambda pick, number=number: _details(truth, number, pick))  # type: ignore[misc]
    made += [plain(truth, "picture_medium", "style"), plain(truth, "style_marks", "style")]
    made += [plain(truth, "place_period", "style"), lambda pick: _overlays(truth, pick)]
    return [*made, plain(truth, "scene_movement", "scene_dynamics")]


HOURS = {
    "day": ("in daylight", "in the daytime"),
    "twilight": ("at twilight", "at twilight"),
    "night": ("at night", "by night"),
}


def _where(truth: Truth, pick: Picker) -> Sentence | None:
    """Place and hour."""
    place = truth.facts.place
    if not place:
        return None
    says = truth.needed.get("scene_places", ())
    hour = "" if truth.get("time_of_day_end") else truth.get("time_of_day_start")
    when: list[str | Bit] = []
    if hour in HOURS:
        which = pick.number(2)
        words = {value: forms[which] for value, forms in HOURS.items()}
        wrong = wrong_values(truth, "time_of_day_start", hour, words, "time")
        bit = Bit(words=words[hour], says=truth.needed.get("time_of_day_start", ()), topic="time_of_day", wrong=wrong)
        when = [pick.one(", seen ", ", "), bit]
    return pick.one(
        sentence("The place is ", Bit(words=place, says=says), *when, ".", topic="place"),
        sentence("The setting is ", Bit(words=place, says=says), *when, ".", topic="place"),
        sentence("The scene is set in ", Bit(words=place, says=says), *when, ".", topic="place"),
        sentence("The shot is set in ", Bit(words=place, says=says), *when, ".", topic="place"),
    )


def _details(truth: Truth, number: int, pick: Picker) -> Sentence:
    told = pick.shuffled(truth.facts.details[number : number + 2])
    more = many(told)
    return pick.one(
        sentence(f"There {'are' if many(told[:1]) else 'is'} {listed(told)}.", topic="surroundings"),
        sentence(f"{capital(listed(told))} {'make' if more else 'makes'} up the surroundings.", topic="surroundings"),
        sentence(f"{capital(listed(told))} {'are' if more else 'is'} in view.", topic="surroundings"),
    )


def _overlays(truth: Truth, pick: Picker) -> Sentence | None:
    told = truth.facts.overlays
    says = truth.needed.get("has_overlays", ())
    if not told:
        if not truth.yes("has_overlays"):
            return None
        return sentence("An ", Bit(words="overlay", says=says), " lies over the picture.", topic="overlays")
    verb = "are" if many(told) else "is"
    return sentence(capital(listed(told)), " ", Bit(words=f"{verb} overlaid on the picture", says=says), ".",
                    topic="overlays")  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- motion


def motion(truth: Truth) -> list[Maker]:
    """How much moves, and what everybody does, in order of time."""
    made: list[Maker] = [plain(truth, "scene_movement", "amount_of_motion"), lambda pick: _travels(truth, pick)]
    deeds = sorted(truth.facts.happenings, key=lambda h: (h.start_frame, h.end_frame, h.who, h.what))
    if deeds:
        made.append(lambda pick: clauses(truth, deeds, pick))
    return [*made, lambda pick: comings_once(truth, deeds, pick)]


def comings_once(truth: Truth, deeds: list[Event], pick: Picker) -> Sentence | None:
    """Entering and leaving, where no happening tells it."""
    if any(deed.what.startswith(("enter", "leave")) for deed in deeds):
        return None
    return comings(truth, pick, "travel")


def _travels(truth: Truth, pick: Picker) -> Sentence | None:
    way, main = truth.get("screen_direction"), truth.main
    if main is None or way not in WAYS or any(carries_way(truth, deed) for deed in truth.facts.happenings):
        return None
    verb = pick.one("moves", "travels")
    words = {value: f"{verb} {said}" for value, said in WAYS.items()}
    wrong = wrong_values(truth, "screen_direction", way, words, "direction")
    bit = Bit(words=words[way], says=truth.needed.get("screen_direction", ()), topic="travel", wrong=wrong)
    return sentence(f"{capital(truth.the(main))} ", bit, ".", topic="travel")
