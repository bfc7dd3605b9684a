"""Clauses for what happens: 'A woman walks in, then she sits down while a dog runs.'"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from videolect.stage.facts import Named
from videolect.stage.words.sentences import Bit, Picker, Sentence, Wrong, capital, sentence
from videolect.stage.words.telling import Telling
from videolect.stage.world.scene import Event

VERBS: dict[str, tuple[str, ...]] = {
    "stand": ("stands in place", "stands there"),
    "walk": ("walks", "walks along", "walks", "takes some steps"),
    "run": ("runs", "runs along", "runs", "hurries along"),
    "turn_left": ("turns left", "turns to face left"),
    "turn_right": ("turns right", "turns to face right"),
    "turn_around": ("turns around", "turns all the way around"),
    "jump": ("jumps", "jumps up", "jumps into the air"),
    "sit_down": ("sits down", "takes a seat", "settles down"),
    "stand_up": ("stands up", "gets up", "straightens up"),
    "wave": ("waves a hand", "waves", "lifts a hand in greeting"),
    "pick_up": ("picks up {o}", "lifts {o} off the ground"),
    "put_down": ("puts {o} down", "sets {o} down"),
    "hand_over": ("hands {o2} to {o}", "passes {o2} to {o}"),
    "collide": ("bumps into {o}", "collides with {o}"),
    "gather": ("gathers with {o}", "joins {o}"),
    "follow": ("follows {o}", "follows closely behind {o}", "goes after {o}"),
    "enter_left": ("enters the frame from the left", "comes in from the left", "turns up at the left edge"),
    "enter_right": ("enters the frame from the right", "comes in from the right", "turns up at the right edge"),
    "leave_left": ("leaves the frame to the left", "exits the frame to the left", "slips away past the left edge"),
    "leave_right": ("leaves the frame to the right", "exits the frame to the right", "slips away past the right edge"),
    "drive": ("drives along", "drives through the scene", "moves along"),
    "roll": ("rolls along", "rolls over the ground"),
}
FALSE = {
    "walk": "run", "run": "walk", "turn_left": "turn_right", "turn_right": "turn_left", "sit_down": "stand_up",
    "stand_up": "sit_down", "enter_left": "enter_right", "enter_right": "enter_left", "leave_left": "leave_right",
    "leave_right": "leave_left", "wave": "jump", "jump": "sit_down", "pick_up": "put_down", "put_down": "pick_up",
    "stand": "walk",
}  # fmt: skip


WAYS = {
    "left_to_right": "from left to right", "right_to_left": "from right to left",
    "toward_camera": "towards the camera", "away_from_camera": "away from the camera",
}  # fmt: skip


PLAIN = {"walk": "walks", "run": "runs", "drive": "moves", "roll": "rolls"}
"""Verbs that a way goes with."""


def carries_way(telling: Telling, deed: Event) -> bool:
    """Whether the way across the screen is told with this deed: the first travel of the main subject."""
    main = telling.main
    if main is None or telling.get("screen_direction") not in WAYS:
        return False
    own = [
        each
        for each in telling.facts.happenings
        if each.who[0] == main.id and each.what in ("walk", "run", "drive", "roll")
    ]
    return bool(own) and deed == min(own, key=lambda each: (each.start_frame, each.end_frame))


def _way(telling: Telling) -> Bit:
    way = telling.get("screen_direction")
    wrong = tuple(Wrong(kind="direction", words=f" {words}") for value, words in WAYS.items() if value != way)
    return Bit(
        words=f" {WAYS[way]}", says=telling.needed.get("screen_direction", ()), topic="travel", wrong=wrong, cut=True
    )


def clause(telling: Telling, deed: Event, pick: Picker, says: tuple[str, ...]) -> Bit:
    """What is done, with what could be said wrongly of it."""
    forms = VERBS[deed.what]
    if deed.what == "sit_down" and not telling.facts.named(deed.who[0]).is_person:
        forms = (forms[0], forms[-1])
    if name := SAYS.get(deed.what):  # the last wording is one that claims nothing
        at = pick.number(len(forms) - 1) if telling.is_true(name) else len(forms) - 1
    else:
        at = pick.number(len(forms))
    words = _filled(telling, deed, VERBS[deed.what][at])
    other = FALSE.get(deed.what, "")
    wrong = (Wrong(kind="action", words=_filled(telling, deed, VERBS[other][0])),) if other else ()
    return Bit(words=words, says=says, topic="actions", wrong=wrong)


def _filled(telling: Telling, deed: Event, form: str) -> str:
    to = [telling.the(telling.facts.named(id)) for id in deed.who[1:]]
    to += ["the others"] * 2
    if "{o2}" in form:
        return form.replace("{o2}", to[1] if len(deed.who) > 2 else "it").replace("{o}", to[0])
    return form.replace("{o}", to[0])


def _of_her(telling: Telling, bit: Bit, named: Named) -> Bit:
    """'follows her' for 'follows the woman', who has just been spoken of."""
    her = {"she": "her", "he": "him"}.get(telling.she(named), "")
    name = telling.the(named)
    wrong = tuple(replace(each, words=each.words.replace(name, her)) for each in bit.wrong)
    return replace(bit, words=bit.words.replace(name, her), wrong=wrong) if her else bit


SAYS = {
    "walk": "walks", "run": "runs", "wave": "gestures", "enter_left": "enters_over_left_edge",
    "enter_right": "enters_over_right_edge", "leave_left": "leaves_over_left_edge",
    "leave_right": "leaves_over_right_edge", "follow": "follows", "drive": "rides_or_drives",
    "sit_down": "gets_down", "stand_up": "stands_up",
}  # fmt: skip


def in_time(happenings: Iterable[Event]) -> list[Event]:
    """In order of time, without the steps of whoever follows somebody: 'follows' says that."""
    follows = [h for h in happenings if h.what == "follow"]

    def told(deed: Event) -> bool:
        return deed.what not in ("walk", "run") or not any(
            f.who[0] == deed.who[0] and f.start_frame <= deed.start_frame and deed.end_frame <= f.end_frame
            for f in follows
        )

    return sorted(filter(told, happenings), key=lambda h: (h.start_frame, h.end_frame, h.who, h.what))


def clauses(telling: Telling, deeds: list[Event], pick: Picker) -> Sentence:
    """All of it, in one or more sentences told as one. What follows in time is a step of its own."""
    parts: list[str | Bit] = []
    before: Event | None = None
    joined = then = False
    """Whether this sentence has a "while" or a "then" already."""
    for number, deed in enumerate(deeds, 1):
        named = telling.facts.named(deed.who[0])
        who = telling.the(named)
        name = SAYS.get(deed.what, "")
        says = (name,) if name and telling.is_true(name) else ()
        said = [clause(telling, deed, pick, says)]
        if before is not None and deed.what == "follow" and deed.who[1] == before.who[0]:
            said = [_of_her(telling, said[0], telling.facts.named(deed.who[1]))]
        if carries_way(telling, deed):
            other = PLAIN.get(FALSE.get(deed.what, ""), "")
            wrong = (Wrong(kind="action", words=other),) if other else ()
            said = [Bit(words=PLAIN[deed.what], says=says, topic="actions", wrong=wrong), _way(telling)]
        said = [replace(bit, step=number, frames=(deed.start_frame, deed.end_frame)) for bit in said]
        actor = Bit(words=f"{who} ", step=number, turned=f"{capital(who)} ")
        if before is None:
            one = len(deeds) < 2 or deeds[1].who[0] == deed.who[0]  # then the name stays where it is
            parts += [replace(actor, words=actor.turned, turned=actor.words, step=0 if one else 1), *said]
        elif deed.start_frame < before.end_frame and deed.who[0] != before.who[0]:
            if joined:
                parts += [".", pick.one(f" At the same time {who} ", f" Meanwhile {who} "), *said]
            else:
                parts += [pick.one(" while ", " as ", " while "), f"{who} ", *said]
            joined = not joined
        elif deed.who[0] == before.who[0]:
            she = telling.she(named)
            if not then and pick.chance(55):
                then = True
                parts += [pick.one(", then ", " and then "), *said]
            else:
                joined, she = False, who if she == "they" else she
                then = not pick.chance(60)
                parts += [".", f" {capital(she)} then " if then else pick.one(f" Then {she} ", f" Next, {she} "), *said]
        else:
            joined = then = False
            parts += [".", " Then ", actor, *said]
        before = deed
    return sentence(*parts, ".", topic="actions")
