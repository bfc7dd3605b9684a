"""Words for the subjects and what they do: the captions of subject and motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from videolect.stage.facts import KINDS, Named
from videolect.stage.words.deeds import WAYS, carries_way, clauses, in_time
from videolect.stage.words.phrases import plain, wrong_values
from videolect.stage.words.sentences import (
    Bit,
    Maker,
    Picker,
    Sentence,
    Wrong,
    a,
    capital,
    in_order,
    listed,
    sentence,
)
from videolect.stage.words.spatial import comings
from videolect.stage.words.telling import Telling
from videolect.stage.world.scene import Event

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


def subject(telling: Telling) -> list[Maker]:
    """Kinds, number, looks, pose, entering and leaving."""
    if telling.main is None:
        return [lambda pick: _scenery(telling, pick)] if telling.answers.get("shot_type") == "scenery" else []
    if not telling.many("subject_kinds"):
        return []  # who counts is open: to tell of the rest alone would mislead
    made: list[Maker] = [lambda pick: _count(telling, pick), lambda pick: _main(telling, pick)]
    if telling.get("subject_count") != "one":
        made += [lambda pick, few=few: _more(telling, few, pick) for few in _others(telling)]  # type: ignore[misc]
    made += [lambda pick: _worn(telling, pick), lambda pick: _face(telling, pick)]
    return [*made, lambda pick: comings(telling, pick, "subject_change")]


def _scenery(telling: Telling, pick: Picker) -> Sentence:
    of = f" of {telling.facts.place}" if telling.facts.place else ""
    says = ("scenery_shot",) if telling.is_true("scenery_shot") else ()
    shot = Bit(words=f"scenery shot{of}", says=says)
    return pick.one(
        sentence("This is a ", shot, ", with no main subject.",
                 topic="subject_type"),
        sentence("It is a ", shot, pick.one(", in which nothing stands out.", ", with no single subject."),
                 topic="subject_type"),
        sentence("A ", Bit(words="scenery shot", says=says), f" shows {telling.facts.place or 'the surroundings'}",
                 pick.one(", with no main subject.", ", in which nothing stands out."), topic="subject_type"),
    )  # fmt: skip


def _count(telling: Telling, pick: Picker) -> Sentence | None:
    answer = telling.get("subject_count")
    says = telling.needed.get("subject_count", ())
    number = len(telling.facts.subjects)
    people = all(named.is_person for named in telling.facts.subjects)
    noun = "people" if people else "subjects"
    if answer == "two":
        wrong = (Wrong(kind="count", words=f"Three {noun}"),)
        pair = Bit(words=f"Two {noun}", says=says, wrong=wrong)
        return sentence(
            pair, pick.one(" are in view.", " share the frame.", " appear in the shot."), topic="subject_count"
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


def _main(telling: Telling, pick: Picker) -> Sentence:
    """The main subject with its looks and its pose: in one sentence, or its clothes in one of their own."""
    main = telling.main
    assert main is not None
    one = telling.get("subject_count") == "one"
    others = telling.facts.subjects[1:] if one else ()
    lone = one and not others and main.noun in ("man", "woman", "boy", "girl") and pick.chance(40)
    does = _does(telling, main, others, pick, alone=one and not lone)
    if main.is_person and main.look and does and not lone and pick.chance(30):
        worn = sentence(*_person(telling, main, " wears ", lone=False), ".", topic="subject_look")
        she = telling.she(main)
        who = capital(she) if she != "they" else capital(telling.the(main))
        return (*worn, Bit(words=" "), *sentence(who, *does, ".", topic="subject_pose"))
    if main.is_person and main.look and not does:
        return sentence(
            *_person(telling, main, pick.one(" wears ", " is wearing "), lone=lone), ".", topic="subject_look"
        )
    named = _named(telling, main, lone=lone)
    return sentence(*named, *(does or [" is in view"]), ".", topic="subject_look")


def _does(telling: Telling, main: Named, others: Sequence[Named], pick: Picker, *, alone: bool) -> list[str | Bit]:
    """' stands alone in the frame, facing the camera', behind the name; nothing where none of it is known."""
    pose, facing = telling.get("subject_pose_start"), telling.get("subject_facing_start")
    end, gets = telling.get("subject_pose_end"), telling.needed.get("subject_pose_end", ())
    later = "sits down" if "gets_down" in gets else "stands up" if "stands_up" in gets and end else ""
    parts: list[str | Bit] = []
    if pose in POSES:
        which = pick.number(2)
        words = {value: f" {forms[which]}" for value, forms in POSES.items()}
        wrong = wrong_values(telling, "subject_pose_start", pose, words, "pose")
        says = telling.needed.get("subject_pose_start", ())
        parts.append(Bit(words=words[pose], says=says, topic="subject_pose", wrong=wrong))
    if alone:
        says = telling.needed.get("subject_count", ())
        parts.append(Bit(words=f"{'' if parts else ' is'} alone in the frame", says=says, topic="subject_count"))
        if others:
            parts += [" except for ", *_list([_named(telling, other, large=False) for other in others])]
    if facing in FACING:
        lead = " is " if not parts else " " if facing == "front" and not alone else ", "
        words = {value: f"{lead}{said}" for value, said in FACING.items()}
        wrong = wrong_values(telling, "subject_facing_start", facing, words, "orientation")
        says = telling.needed.get("subject_facing_start", ())
        parts.append(Bit(words=words[facing], says=says, topic="subject_pose", wrong=wrong))
    if later:
        join = "" if not parts else ", and" if facing in FACING or others else " and"
        parts.append(Bit(words=f"{join} later {later}", says=gets, topic="subject_pose"))
    return parts


def _named(telling: Telling, named: Named, *, lone: bool = False, large: bool = True) -> list[str | Bit]:
    """'A woman in a red jacket and dark blue trousers', 'a brown dog'."""
    if named.is_person:
        return _person(telling, named, " in ", lone=lone, large=large)
    says = _kinds(telling, named)
    if not named.look:
        noun = capital(a(named.noun)) if large else a(named.noun)
        return [Bit(words=noun, says=says, topic="subject_type", wrong=_other_noun(named, large))]
    looks = in_order(named.look)[:2]
    if len(looks) == 1:
        return [replace(_coloured(a(f"{looks[0]} {named.noun}"), large), says=says)]
    first = replace(_coloured(a(looks[0]), large), says=says)
    more = [each for look in looks[1:] for each in (Bit(words=" "), _coloured(look))]
    return [first, *more, f" {named.noun}"]


def _person(telling: Telling, named: Named, verb: str, *, lone: bool, large: bool = True) -> list[str | Bit]:
    """With ``verb``, 'in' or 'wears', before what is worn."""
    noun = f"a lone {named.noun}" if lone else a(named.noun)
    says = (*_kinds(telling, named), *(telling.needed.get("subject_count", ()) if lone else ()))
    wrong = () if lone or named.look else _other_noun(named, large)
    who = Bit(words=capital(noun) if large else noun, says=says, topic="subject_type", wrong=wrong)
    marks = _marks(telling, named)
    worn: list[list[str | Bit]] = []
    for number, mark in enumerate(marks):
        says = telling.needed.get("subject_wears", ()) if number == 0 else ()
        worn.append([Bit(words=mark, says=says, topic="subject_look")])
    worn += [[_coloured(a(look))] for look in named.look]
    return [who, *([verb, *_list(worn)] if worn else [])]


def _list(items: Sequence[Sequence[str | Bit]]) -> list[str | Bit]:
    """'a, b and c'."""
    parts: list[str | Bit] = []
    for number, item in enumerate(items):
        parts += ["" if not number else " and " if number == len(items) - 1 else ", ", *item]
    return [part for part in parts if part]


WORN = {"uniform": "a work uniform", "costume": "a costume", "headwear": "a hat", "face_covering": "a face mask"}


def _wearer(telling: Telling) -> Named | None:
    people = [named for named in telling.facts.subjects if named.is_person]
    return next((named for named in people if named.wears), telling.main)


def _marks(telling: Telling, named: Named) -> list[str]:
    """What somebody wears beside what the looks say: 'a hat'."""
    if named != _wearer(telling) or not named.look:
        return []
    worn = telling.many("subject_wears")
    return [WORN[each] for each in worn if each in WORN and each in (named.wears or worn)]


def _others(telling: Telling) -> list[list[Named]]:
    """Everybody else, those together who can be named in one sentence: a kind is only read where it is named first."""
    known = {_kind(named) for named in telling.facts.subjects[:1]}
    found: list[list[Named]] = []
    for named in telling.facts.subjects[1:6]:
        if found and _kind(named) in known:
            found[-1].append(named)
        else:
            found.append([named])
        known.add(_kind(named))
    return found


def _more(telling: Telling, few: Sequence[Named], pick: Picker) -> Sentence:
    named = _list([_named(telling, each, large=not number) for number, each in enumerate(few)])
    verb = "are" if len(few) > 1 else "is"
    said = pick.one(f" {verb} also in view.", f" {verb} there too.", f" {verb} also in the shot.")
    return sentence(*named, said, topic="subject_look")


def _kinds(telling: Telling, named: Named) -> tuple[str, ...]:
    return tuple(p for p in telling.needed.get("subject_kinds", ()) if p.startswith(_KIND.get(_kind(named), "-")))


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


def _coloured(words: str, large: bool = False) -> Bit:
    """'a red jacket', with another colour as its error."""
    colour = next((each for each in COLOURS if each in words.split()), "")
    if not colour:
        return Bit(words=capital(words) if large else words, topic="subject_look")
    other = COLOURS[(COLOURS.index(colour) + 2) % len(COLOURS)]
    said = words.split()
    bare = " ".join(other if each == colour else each for each in said[said[0] in ("a", "an") :])
    false = a(bare) if said[0] in ("a", "an") else bare
    wrong = (Wrong(kind="look", words=capital(false) if large else false),)
    return Bit(words=capital(words) if large else words, topic="subject_look", wrong=wrong)


def _worn(telling: Telling, pick: Picker) -> Sentence | None:
    """What is worn, where it does not stand beside the looks."""
    wearer, worn = _wearer(telling), telling.many("subject_wears")
    if wearer is None or not wearer.is_person or _marks(telling, wearer):
        return None
    told = [WORN[each] for each in worn if each in WORN and each in (wearer.wears or worn)]
    if not told:
        return None
    says = telling.needed.get("subject_wears", ())
    return sentence(f"{capital(telling.the(wearer))} is wearing ", Bit(words=listed(told), says=says), ".",
                    topic="subject_look")  # fmt: skip


def _face(telling: Telling, pick: Picker) -> Sentence | None:
    if telling.main is None or telling.get("subject_expression") not in ("smile", "changes"):
        return None
    says = telling.needed.get("subject_expression", ())
    who = capital(telling.the(telling.main))
    verb = "smiles" if telling.get("subject_expression") == "smile" else "has a face that changes expression"
    return sentence(f"{who} ", Bit(words=verb, says=says), ".", topic="subject_look")


# -------------------------------------------------------------------------------------------------------------- motion


def motion(telling: Telling) -> list[Maker]:
    """How much moves, and what everybody does, in order of time."""
    deeds = in_time(telling.facts.happenings)
    made: list[Maker] = [lambda pick: _amount(telling, deeds, pick), lambda pick: _travels(telling, pick)]
    if deeds:
        made.append(lambda pick: clauses(telling, deeds, pick))
    return [*made, lambda pick: comings_once(telling, deeds, pick)]


AMOUNTS = {"mostly_static": "mostly still scene", "dynamic": "dynamic scene"}


def _amount(telling: Telling, deeds: list[Event], pick: Picker) -> Sentence | None:
    """How much moves: before what is done, or in a sentence of its own."""
    much = telling.get("scene_movement")
    if much not in AMOUNTS or not deeds or pick.chance(25):
        return plain(telling, "scene_movement", "amount_of_motion")(pick)
    wrong = tuple(Wrong(kind="content", words=said) for value, said in AMOUNTS.items() if value != much)
    says = telling.needed.get("scene_movement", ())
    return sentence("In a ", Bit(words=AMOUNTS[much], says=says, wrong=wrong), ", ", topic="amount_of_motion")


def comings_once(telling: Telling, deeds: list[Event], pick: Picker) -> Sentence | None:
    """Entering and leaving, where no happening tells it."""
    if any(deed.what.startswith(("enter", "leave")) for deed in deeds):
        return None
    return comings(telling, pick, "travel")


def _travels(telling: Telling, pick: Picker) -> Sentence | None:
    way, main = telling.get("screen_direction"), telling.main
    if main is None or way not in WAYS or any(carries_way(telling, deed) for deed in telling.facts.happenings):
        return None
    verb = pick.one("moves", "travels")
    words = {value: f"{verb} {said}" for value, said in WAYS.items()}
    wrong = wrong_values(telling, "screen_direction", way, words, "direction")
    bit = Bit(words=words[way], says=telling.needed.get("screen_direction", ()), topic="travel", wrong=wrong)
    return sentence(f"{capital(telling.the(main))} ", bit, ".", topic="travel")
