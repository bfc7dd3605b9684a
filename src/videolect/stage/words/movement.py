"""Words for what the camera does: whether it moves, which way, in which order, how fast, how steadily, after whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from videolect.stage.words.following import following, gestures, grows
from videolect.stage.words.sentences import Bit, Maker, Picker, Sentence, Wrong, parted, sentence
from videolect.stage.words.telling import Telling

Form = tuple[str, str, str]
"""'dollies', 'dollying', 'in': adverbs stand before the verb or behind its direction."""

FORMS: dict[str, tuple[Form, ...]] = {
    "dolly_in": (("dollies", "dollying", "in"), ("moves", "moving", "forward"), ("travels", "travelling", "forward"),
                 ("pushes", "pushing", "forward")),
    "dolly_out": (("dollies", "dollying", "out"), ("moves", "moving", "backward"),
                  ("travels", "travelling", "backward"), ("dollies", "dollying", "backward")),
    "truck_left": (("trucks", "trucking", "left"), ("trucks", "trucking", "to the left"),
                   ("slides", "sliding", "to the left"), ("moves", "moving", "sideways to the left")),
    "truck_right": (("trucks", "trucking", "right"), ("trucks", "trucking", "to the right"),
                    ("slides", "sliding", "to the right"), ("moves", "moving", "sideways to the right")),
    "pedestal_up": (("pedestals", "pedestalling", "up"), ("rises", "rising", ""), ("moves", "moving", "straight up"),
                    ("booms", "booming", "up")),
    "pedestal_down": (("pedestals", "pedestalling", "down"), ("descends", "descending", ""),
                      ("moves", "moving", "straight down"), ("booms", "booming", "down")),
    "pan_left": (("pans", "panning", "left"), ("pans", "panning", "to the left"), ("turns", "turning", "to the left"),
                 ("pans", "panning", "left")),
    "pan_right": (("pans", "panning", "right"), ("pans", "panning", "to the right"),
                  ("turns", "turning", "to the right"), ("pans", "panning", "right")),
    "tilt_up": (("tilts", "tilting", "up"), ("tilts", "tilting", "upward")),
    "tilt_down": (("tilts", "tilting", "down"), ("tilts", "tilting", "downward")),
    "roll_clockwise": (("rolls", "rolling", "clockwise"), ("rotates", "rotating", "clockwise")),
    "roll_counter_clockwise": (("rolls", "rolling", "counter-clockwise"), ("rotates", "rotating", "counter-clockwise")),
    "zoom_in": (("zooms", "zooming", "in"),),
    "zoom_out": (("zooms", "zooming", "out"),),
    "arc_clockwise": (("arcs", "arcing", "clockwise"), ("circles", "circling", "clockwise")),
    "arc_counter_clockwise": (("arcs", "arcing", "counter-clockwise"), ("circles", "circling", "counter-clockwise")),
    "crane_up": (("cranes", "craning", "up"), ("cranes", "craning", "upward")),
    "crane_down": (("cranes", "craning", "down"), ("cranes", "craning", "downward")),
    "whip_pan": (("whip pans", "whip panning", ""),),
    "whip_pan_left": (("whip pans", "whip panning", "left"), ("whip pans", "whip panning", "to the left")),
    "whip_pan_right": (("whip pans", "whip panning", "right"), ("whip pans", "whip panning", "to the right")),
}  # fmt: skip
PAIRS = (
    ("dolly_in", "dolly_out"), ("truck_left", "truck_right"), ("pedestal_up", "pedestal_down"),
    ("pan_left", "pan_right"), ("tilt_up", "tilt_down"), ("roll_clockwise", "roll_counter_clockwise"),
    ("zoom_in", "zoom_out"), ("arc_clockwise", "arc_counter_clockwise"), ("crane_up", "crane_down"),
    ("whip_pan_left", "whip_pan_right"),
)  # fmt: skip
OTHER = {here: there for pair in PAIRS for here, there in (pair, pair[::-1])}
SEGMENT = {"dolly_forward": "dolly_in", "dolly_backward": "dolly_out"}
"""Movements of segments that are named otherwise than their primitive."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the camera does in one stretch."""

    moves: tuple[str, ...]
    at_once: bool
    """Whether it is known that it does all of it at the same time."""
    frames: tuple[int, int] | None = None
    """When, half open; None where nobody knows."""


def steps(telling: Telling) -> list[Step]:
    """Stretch by stretch; one step where the order is not known. Only movements that are yes beyond doubt."""
    found: list[Step] = []
    for segment in telling.segments():
        moves = tuple(SEGMENT.get(move, move) for move in segment.movements)
        known = tuple(told for move in moves if (told := _told_as(telling, move)))
        if known:
            start, end = segment.start_frame, segment.end_frame
            end = None if end is None else min(end, telling.facts.frames)
            when = None if start is None or end is None or start >= end else (start, end)
            found.append(Step(known, at_once=True, frames=when))
    if found:
        return found
    moves = tuple(move for pair in PAIRS[:-1] for move in pair if telling.is_true(move))
    return [Step(moves, at_once=False)] if moves else []


def _told_as(telling: Telling, move: str) -> str:
    """The movement in as far as it is yes beyond doubt: on an arc the way of a whip pan is open."""
    if telling.is_true(move.removeprefix("whip_")):
        return move
    return "whip_pan" if move.startswith("whip_") and telling.is_true("whip_pan") else ""


def movement(telling: Telling) -> list[Maker]:
    """Steadiness, movement, direction, speed, order, and who is followed."""
    return [
        lambda pick: _still(telling, pick),
        lambda pick: _moving_after(telling, pick),
        lambda pick: grows(telling, pick),
    ]


# ----------------------------------------------------------------------------------------------------------- in place


def _still(telling: Telling, pick: Picker) -> Sentence | None:
    if telling.is_true("fixed_camera"):
        other = Wrong(kind="steadiness", words=pick.one("shakes noticeably", "pans to the left"))
        words = pick.one(
            "stays completely still", "remains static throughout", "does not move", "holds a fixed position",
            "is entirely static", "stays fixed in place",
        )  # fmt: skip
        says = ("fixed_camera",)
        return sentence("The camera ", Bit(words=words, says=says, topic="movement", wrong=(other,)), ".")
    stays = telling.answers.get("camera_movement") == "no" or telling.is_true("fixed_camera_with_shake")
    if not stays and telling.get("camera_movement"):
        return None
    shaky, very = telling.is_true("shaky_camera"), telling.is_true("very_shaky_camera")
    still = (Wrong(kind="steadiness", words="is perfectly still"),)
    if very:
        words = pick.one("stays where it is but shakes heavily", "keeps its place but shakes violently")
        return sentence(
            "The camera ", Bit(words=words, says=("very_shaky_camera",), topic="steadiness", wrong=still), "."
        )
    if shaky:
        words = pick.one(
            "stays in a fixed position with noticeable shake", "is fixed in place but shaky",
            "stays in a fixed position with visible shake", "stays fixed but is unsteady",
        )  # fmt: skip
    elif telling.is_true("fixed_camera_with_shake"):
        words = pick.one(
            "stays fixed but slightly unsteady", "is fixed in place, slightly shaky", "is fixed but slightly shaky",
            "remains static but slightly unsteady", "stays fixed, if slightly unsteady",
        )  # fmt: skip
    else:
        return None
    name = "fixed_camera_with_shake"
    known = (name,) if telling.is_true(name) else ()
    return sentence("The camera ", Bit(words=words, says=known, topic="steadiness", wrong=still), ".")


# ------------------------------------------------------------------------------------------------------------- moving


@dataclass(frozen=True, slots=True)
class Manner:
    """Pace or steadiness, in the forms that sentences take."""

    says: str
    adverb: str
    adjective: str
    topic: str
    false_adverb: str
    false_adjective: str

    @property
    def kind(self) -> str:
        return "speed" if self.topic == "movement_speed" else "steadiness"

    def bit(self, before: str = "", after: str = "", *, adjective: bool = False, cut: bool = False) -> Bit:
        """The words with what stands around them."""
        right, false = (self.adjective, self.false_adjective) if adjective else (self.adverb, self.false_adverb)
        wrong = (Wrong(kind=self.kind, words=f"{before}{false}{after}"),)
        return Bit(words=f"{before}{right}{after}", says=(self.says,), topic=self.topic, wrong=wrong, cut=cut)


_PACES = (
    Manner("slow_camera_movement", "slowly", "slow", "movement_speed", "quickly", "fast"),
    Manner("fast_camera_movement", "quickly", "fast", "movement_speed", "slowly", "slow"),
)
_STEADINESS = (
    Manner("very_stable_camera", "very smoothly", "very smooth", "steadiness", "unsteadily", "shaky"),
    Manner("stable_camera", "smoothly", "smooth", "steadiness", "unsteadily", "shaky"),
    Manner("very_shaky_camera", "with heavy shake", "very shaky", "steadiness", "smoothly", "smooth"),
    Manner("shaky_camera", "with noticeable shake", "shaky", "steadiness", "smoothly", "smooth"),
)


def _manner(telling: Telling) -> list[Manner]:
    """Pace and steadiness, as far as they are known; of each the strongest."""
    known = [[each for each in few if telling.is_true(each.says)][:1] for few in (_PACES, _STEADINESS)]
    return [each for few in known for each in few]


def _adverbs(telling: Telling, pick: Picker, ahead_of: int = 35) -> tuple[list[Bit], list[Bit]]:
    """(before the verb, behind the movement)"""
    known = _manner(telling)
    plain = [each for each in known if " " not in each.adverb or each.adverb.startswith("very ")]
    ahead = plain if pick.chance(ahead_of) else []
    before: list[Bit] = []
    after: list[Bit] = []
    for number, each in enumerate(ahead):
        last = number == len(ahead) - 1
        before.append(each.bit("", " " if last else " and ", cut=number == 0))
    rest = [each for each in known if each not in ahead]
    for number, each in enumerate(rest):
        joins = bool(after) and after[-1].words.endswith("ly") and not each.adverb.startswith("with")
        after.append(each.bit(" and " if joins else " ", cut=number == len(rest) - 1))
    return before, after


def _moving(telling: Telling, pick: Picker) -> Sentence | None:
    if telling.is_true("fixed_camera") or telling.answers.get("camera_movement") == "no":
        return None
    minor, complex_ = telling.is_true("minor_camera_movement"), telling.is_true("complex_camera_movement")
    done = [] if minor else steps(telling)
    if minor:
        return _slight(telling, pick)
    if telling.is_true("dolly_zoom"):
        return _dolly_zoom(telling, pick)
    if complex_:
        return _complex(telling, pick, done)
    if done:
        if len(done) > 1 and pick.chance(60) and (lead := _as_lead(telling)):
            return sentence(lead, "the camera ", _told(done, pick, []), ".", topic="direction")
        if len(done) > 1 and not _manner(telling) and pick.chance(50):
            return _one_by_one(done, pick)
        before, after = _adverbs(telling, pick, 100 if len(done) > 1 else 35)
        told = _told(done, pick, before)
        return sentence("The camera ", told, after, ".", topic="direction")
    manner = _manner(telling)
    if not manner and not telling.is_true("moving_camera"):
        return None
    before, after = _adverbs(telling, pick)
    moves = Bit(words="moves", says=("moving_camera",) if telling.is_true("moving_camera") else (), topic="movement")
    if not telling.is_true("moving_camera"):
        words = {"very_shaky_camera": "shakes heavily", "shaky_camera": "is shaky", "stable_camera": "is steady"}
        known = [Bit(words=said, says=(name,)) for name, said in words.items() if telling.is_true(name)]
        return sentence("The camera ", known[0], ".", topic="steadiness") if known else None
    return sentence("The camera ", before, moves, after, ".", topic="movement")


def _one_by_one(done: list[Step], pick: Picker) -> Sentence:
    """'First, the camera pans left. Then it tilts up. Next, it dollies in.'"""
    parts: list[str | Bit] = []
    for number, step in enumerate(done):
        last = number == len(done) - 1
        then = pick.one(". Then it ", ". Next, it ", ". Finally, it ") if last and number > 1 else ". Then it "
        parts.append(pick.one("First, the camera ", "The camera first ") if not number else then)
        parts += [replace(bit, step=number + 1, frames=step.frames) for bit in _step(step, pick, ing=False)]
    return sentence(*parts, ".", topic="direction")


def _as_lead(telling: Telling) -> list[Bit]:
    """'In a very smooth, slow movement, ', which covers all that follows."""
    how = _manner(telling)[::-1]
    if not how or any(each.adverb.startswith("with") for each in how):
        return []
    bits = [each.bit("", ", " if number + 1 < len(how) else " ", adjective=True) for number, each in enumerate(how)]
    return [Bit(words="In a "), *bits, Bit(words="movement, ")]


def _moving_after(telling: Telling, pick: Picker) -> Sentence | None:
    """The movement, what it is for, and who is followed with it: in one sentence or in several."""
    moving = _moving(telling, pick)
    if moving is None:
        named, then = gestures(telling, pick), following(telling, pick)
        return (*named, Bit(words=" "), *then) if named and then else named or then
    whole = len(parted(moving)) == 1 and moving[0].words == "The camera " and moving[-1].words == "."
    named = gestures(telling, pick, joined=whole)
    if named is not None:
        moving = (*moving[:-1], *named) if whole else (*moving, Bit(words=" "), *named)
    if not telling.is_true("tracking_shot"):
        return moving
    if named is None and pick.chance(60):
        tail = following(telling, pick, ing=True)
        return (*moving[:-1], *(tail or ()))
    then = following(telling, pick) or ()
    return (*moving, Bit(words=" "), *then)


def _slight(telling: Telling, pick: Picker) -> Sentence:
    """A slight movement is summed up, without a direction."""
    words = pick.one("drifts very slightly", "moves very slightly")
    wrong = (Wrong(kind="amount", words="makes a complex movement"),)
    moves = Bit(words=words, says=("minor_camera_movement",), topic="movement", wrong=wrong)
    after: list[Bit] = []
    for each in _manner(telling):
        if each.kind == "steadiness":
            after.append(each.bit(" " if each.adverb.startswith("with") else " and ", cut=True))
    ways = [move for step in steps(telling) for move in step.moves]  # an arc, a crane: they are no small corrections
    which = [bit for number, move in enumerate(ways)
             for bit in (Bit(words=" and " if number else ", "), _move(move, pick, ing=True))]  # fmt: skip
    return sentence("The camera ", moves, after, which, ".")


def _complex(telling: Telling, pick: Picker, done: list[Step]) -> Sentence:
    says = ("complex_camera_movement",)
    adjectives: list[Bit] = []
    shake: list[Bit] = []
    before: list[Bit] = []
    for each in _manner(telling):
        if each.adverb.startswith("with"):
            shake.append(each.bit(" ", cut=True))
        elif each.kind == "speed":
            before.append(each.bit("", " ", cut=True))
        else:
            adjectives.append(each.bit("", ", ", adjective=True))
    verb, noun = pick.one("makes a ", "performs a "), "complex movement"
    if not telling.is_true("moving_camera"):
        verb, noun = "takes a ", "complex path"
    lead: list[str | Bit] = [*before, verb, *adjectives, Bit(words=noun, says=says, topic="movement")]
    if not done:
        return sentence("The camera ", *lead, *shake, ".")
    told = _told(done, pick, [])
    join = pick.one(" in which it ", ": it ", ", in which it ")
    return sentence("The camera ", *lead, *shake, join, told, ".", topic="direction")


def _told(done: list[Step], pick: Picker, before: list[Bit]) -> list[Bit]:
    """'pans left while tilting up, then dollies in'. What follows in time is a step of its own."""
    bits: list[Bit] = []
    then = pick.one(", then ", ", then ", " and then " if len(done) < 3 else ", then ", " before ")
    ing = then == " before "
    back = any(OTHER.get(move) in two.moves for one, two in pairwise(done) for move in one.moves)
    same = pick.number(4) if back else None
    for number, step in enumerate(done):
        if number:
            bits.append(Bit(words=then if number < 2 or not ing else ", then "))
        late = bool(number) and ing and number < 2
        told = _step(step, pick, late, turns=ing and number < 2, form=same)
        bits += before if not number else []
        bits += [replace(bit, step=number + 1 if len(done) > 1 else 0, frames=step.frames) for bit in told]
    return bits


def _step(
    step: Step, pick: Picker, ing: bool, *, turns: bool = False, form: int | None = None
) -> list[Bit]:  # fmt: skip
    """'pans left while tilting up'; with ``ing`` behind "before": 'panning left while tilting up'.

    ``turns``: whether it takes the other form where it stands in the other place.
    """
    first, *rest = step.moves
    bits = [_move(first, pick, ing, turns, form)]
    join = " and "
    if step.at_once:
        join = " while " if ing or turns else pick.one(" while ", " while ", " as it ")
    participles = ing or join == " while "
    for number, move in enumerate(rest):
        lead = join if number == 0 and step.at_once else " and " if number == len(rest) - 1 else ", "
        bits += [Bit(words=lead), _move(move, pick, participles, form=form)]
    return bits


def _move(move: str, pick: Picker, ing: bool = False, turns: bool = False, form: int | None = None) -> Bit:
    """One movement, with its opposite as the error. ``form``: the same words as for another one."""
    forms, others = FORMS[move], FORMS.get(OTHER.get(move, ""), ())
    at = form % len(forms) if form is not None else 0 if pick.chance(60) else pick.number(len(forms))
    says = (move, "whip_pan") if move.startswith("whip_pan_") else (move,)
    wrong = tuple(Wrong(kind="direction", words=_join(other, int(ing))) for other in others[at:][:1] or others[-1:])
    turned = _join(forms[at], int(not ing)) if turns else ""
    return Bit(words=_join(forms[at], int(ing)), says=says, topic="direction", wrong=wrong, turned=turned)


def _join(form: Form, which: int) -> str:
    return f"{form[which]} {form[2]}".strip()


def _dolly_zoom(telling: Telling, pick: Picker) -> Sentence:
    says = ("dolly_zoom",)
    name = Bit(words="a dolly zoom", says=says)
    after = [each.bit(" " if each.adverb.startswith("with") else ", ", cut=True) for each in _manner(telling)]
    halves = [move for move in ("dolly_in", "dolly_out", "zoom_in", "zoom_out") if telling.is_true(move)]
    told: list[Bit] = []
    for number, move in enumerate(halves):
        form = FORMS[move][0]
        wrong = (Wrong(kind="direction", words=_join(FORMS[OTHER[move]][0], 1)),)
        told += [Bit(words=" while " if number else ", "), Bit(words=_join(form, 1), says=(move,), wrong=wrong)]
    others = [move for step in steps(telling) for move in step.moves if move not in halves]
    more = [Bit(words=" It also ")] if others else []
    for number, move in enumerate(others):
        more += [Bit(words=" and ")] if number else []
        more.append(_move(move, pick))
    end = [*more, Bit(words=".")] if more else []
    return sentence("The camera performs ", name, told, after, ".", end, topic="direction")
