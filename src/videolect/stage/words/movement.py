"""Words for what the camera does: whether it moves, which way, in which order, how fast, how steadily, after whom."""

from __future__ import annotations

from dataclasses import dataclass

from videolect.stage.words.telling import Bit, Maker, Picker, Sentence, Wrong, sentence
from videolect.stage.words.truth import Truth

Form = tuple[str, str, str]
"""'dollies', 'dollying', 'in': adverbs stand before the verb or behind its direction."""

FORMS: dict[str, tuple[Form, ...]] = {
    "dolly_in": (("dollies", "dollying", "in"), ("moves", "moving", "forward"), ("travels", "travelling", "forward"),
                 ("pushes", "pushing", "forward")),
    "dolly_out": (("dollies", "dollying", "out"), ("moves", "moving", "backward"), ("travels", "travelling", "backward"),
                  ("dollies", "dollying", "backward")),
    "truck_left": (("trucks", "trucking", "left"), ("trucks", "trucking", "to the left"),
                   ("slides", "sliding", "to the left"), ("moves", "moving", "sideways to the left")),
    "truck_right": (("trucks", "trucking", "right"), ("trucks", "trucking", "to the right"),
                    ("slides", "sliding", "to the right"), ("moves", "moving", "sideways to the right")),
    "pedestal_up": (("pedestals", "pedestalling", "up"), ("rises", "rising", ""), ("moves", "moving", "straight up"),
                    ("booms", "booming", "up")),
    "pedestal_down": (("pedestals", "pedestalling", "down"), ("descends", "descending", ""),
                      ("moves", "moving", "straight down"), ("booms", "booming", "down")),
    "pan_left": (("pans", "panning", "left"), ("pans", "panning", "to the left"), ("turns", "turning", "to the left"),
                 ("pans", "panning", "leftward")),
    "pan_right": (("pans", "panning", "right"), ("pans", "panning", "to the right"),
                  ("turns", "turning", "to the right"), ("pans", "panning", "rightward")),
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


def steps(truth: Truth) -> list[Step]:
    """Stretch by stretch; one step where the order is not known. Only movements that are yes beyond doubt."""
    found: list[Step] = []
    for segment in truth.segments():
        moves = tuple(SEGMENT.get(move, move) for move in segment.movements)
        known = tuple(move for move in moves if truth.is_true(move.removeprefix("whip_")))
        if known:
            found.append(Step(known, at_once=True))
    if found:
        return found
    moves = tuple(move for pair in PAIRS[:-1] for move in pair if truth.is_true(move))
    return [Step(moves, at_once=False)] if moves else []


def movement(truth: Truth) -> list[Maker]:
    """Steadiness, movement, direction, speed, order, and who is followed."""
    makers: list[Maker] = [lambda pick: _still(truth, pick), lambda pick: _moving(truth, pick)]
    if truth.yes("dolly_zoom") and truth.is_true("dolly_zoom"):
        makers.append(lambda pick: _dolly_zoom(truth, pick))
    makers += [lambda pick: _gestures(truth, pick), lambda pick: _following(truth, pick), lambda p: _grows(truth, p)]
    return makers


# ----------------------------------------------------------------------------------------------------------- in place


def _still(truth: Truth, pick: Picker) -> Sentence | None:
    if truth.is_true("fixed_camera"):
        other = Wrong(kind="steadiness", words=pick.one("shakes noticeably", "pans to the left"))
        words = pick.one(
            "stays completely still", "remains static throughout", "does not move", "holds a fixed position",
            "is entirely static", "stays fixed in place",
        )  # fmt: skip
        says = ("fixed_camera",)
        return sentence("The camera ", Bit(words=words, says=says, topic="movement", wrong=(other,)), ".")
    if truth.get("camera_movement") or truth.answers.get("camera_movement") == "no":
        if not truth.is_true("fixed_camera_with_shake") and truth.answers.get("camera_movement") != "no":
            return None
    shaky, very = truth.is_true("shaky_camera"), truth.is_true("very_shaky_camera")
    still = (Wrong(kind="steadiness", words="is perfectly still"),)
    if very:
        words = pick.one("stays where it is but shakes heavily", "keeps its place but shakes violently")
        return sentence("The camera ", Bit(words=words, says=("very_shaky_camera",), topic="steadiness", wrong=still), ".")
    if shaky:
        words = pick.one(
            "stays in a fixed position with noticeable shake", "is fixed in place but shaky",
            "stays in a fixed position with visible shake", "stays fixed but is unsteady",
        )  # fmt: skip
    elif truth.is_true("fixed_camera_with_shake"):
        words = pick.one(
            "stays fixed but slightly unsteady", "is fixed in place, slightly shaky", "is fixed but slightly shaky",
            "remains static but slightly unsteady", "stays fixed, if slightly unsteady",
        )  # fmt: skip
    else:
        return None
    says = ("fixed_camera_with_shake",) if truth.is_true("fixed_camera_with_shake") else ()
    return sentence("The camera ", Bit(words=words, says=says, topic="steadiness", wrong=still), ".")


# ------------------------------------------------------------------------------------------------------------- moving


def _manner(truth: Truth) -> list[tuple[str, str, str, tuple[str, ...], tuple[Wrong, ...]]]:
    """(as an adverb, as an adjective, topic, what it says, errors) for pace and steadiness."""
    found = []
    if truth.is_true("slow_camera_movement"):
        found.append(("slowly", "slow", "movement_speed", ("slow_camera_movement",), _wrong("speed", "quickly", "fast")))
    elif truth.is_true("fast_camera_movement"):
        found.append(("quickly", "fast", "movement_speed", ("fast_camera_movement",), _wrong("speed", "slowly", "slow")))
    if truth.is_true("very_stable_camera"):
        says: tuple[str, ...] = ("very_stable_camera",)
        found.append(("very smoothly", "very smooth", "steadiness", says, _wrong("steadiness", "unsteadily", "shaky")))
    elif truth.is_true("stable_camera"):
        says = ("stable_camera",)
        found.append(("smoothly", "smooth", "steadiness", says, _wrong("steadiness", "unsteadily", "shaky")))
    elif truth.is_true("very_shaky_camera"):
        says = ("very_shaky_camera",)
        found.append(("with heavy shake", "very shaky", "steadiness", says, _wrong("steadiness", "smoothly", "smooth")))
    elif truth.is_true("shaky_camera"):
        says = ("shaky_camera",)
        told = ("with noticeable shake", "shaky")
        found.append((*told, "steadiness", says, _wrong("steadiness", "smoothly", "smooth")))
    return found


def _wrong(kind: str, *words: str) -> tuple[Wrong, ...]:
    return tuple(Wrong(kind=kind, words=each) for each in words)


def _adverbs(truth: Truth, pick: Picker) -> tuple[list[Bit], list[Bit]]:
    """(before the verb, behind the movement)"""
    before: list[Bit] = []
    after: list[Bit] = []
    for adverb, _, topic, says, wrong in _manner(truth):
        first = wrong[:1]
        if not before and " " not in adverb and pick.chance(45):
            before.append(Bit(words=f"{adverb} ", says=says, topic=topic, wrong=_spaced(first, "", " ")))
        else:
            lead = " and " if after and after[-1].words.endswith("ly") and "with" not in adverb else " "
            after.append(Bit(words=lead + adverb, says=says, topic=topic, wrong=_spaced(first, lead, ""), cut=lead == " "))
    return before, after


def _spaced(wrong: tuple[Wrong, ...], before: str, after: str) -> tuple[Wrong, ...]:
    return tuple(Wrong(kind=each.kind, words=f"{before}{each.words}{after}") for each in wrong)


def _moving(truth: Truth, pick: Picker) -> Sentence | None:
    if truth.is_true("fixed_camera") or truth.answers.get("camera_movement") == "no":
        return None
    minor, complex_ = truth.is_true("minor_camera_movement"), truth.is_true("complex_camera_movement")
    done = [] if minor else steps(truth)
    if minor:
        return _slight(truth, pick)
    if complex_:
        return _complex(truth, pick, done)
    if done and not (truth.yes("dolly_zoom") and truth.is_true("dolly_zoom")):
        before, after = _adverbs(truth, pick)
        told = _told(done, pick, before)
        return sentence("The camera ", told, after, ".", topic="direction")
    manner = _manner(truth)
    if not manner and not truth.is_true("moving_camera"):
        return None
    before, after = _adverbs(truth, pick)
    moves = Bit(words="moves", says=("moving_camera",) if truth.is_true("moving_camera") else (), topic="movement")
    if not truth.is_true("moving_camera"):
        words = {"shaky_camera": "is shaky", "stable_camera": "is steady"}
        known = [(name, said) for name, said in words.items() if truth.is_true(name)]
        if truth.is_true("very_shaky_camera"):
            return sentence("The camera ", Bit(words="shakes heavily", says=("very_shaky_camera",)), ".", topic="steadiness")
        return sentence("The camera ", Bit(words=known[0][1], says=(known[0][0],)), ".", topic="steadiness") if known else None
    return sentence("The camera ", before, moves, after, ".", topic="movement")


def _slight(truth: Truth, pick: Picker) -> Sentence:
    """A slight movement is summed up, without a direction."""
    says = ("minor_camera_movement",)
    how = _manner(truth)
    shake = [each for each in how if "shak" in each[1]]
    noun = pick.one(
        Bit(words="makes only a minor movement", says=says),
        Bit(words="makes a minor movement", says=says),
        Bit(words="drifts very slightly", says=says),
        Bit(words="moves very slightly", says=says),
    )
    wrong = (Wrong(kind="amount", words="makes a complex movement"),)
    noun = Bit(words=noun.words, says=noun.says, topic="movement", wrong=wrong)
    after: list[Bit] = []
    for each in how:
        if each[2] == "steadiness":
            words = f", {each[0]}" if not shake else f" {each[0]}"
            lead = "," if not shake else ""
            after.append(
                Bit(words=words, says=each[3], topic="steadiness", cut=True, wrong=_spaced(each[4][:1], f"{lead} ", ""))
            )
    return sentence("The camera ", noun, after, ".")


def _complex(truth: Truth, pick: Picker, done: list[Step]) -> Sentence:
    says = ("complex_camera_movement",)
    adjectives: list[str | Bit] = []
    shake: list[Bit] = []
    before: list[Bit] = []
    for adverb, adjective, topic, means, wrong in _manner(truth):
        if adverb.startswith("with"):
            shake.append(Bit(words=f" {adverb}", says=means, topic=topic, cut=True, wrong=_spaced(wrong[:1], " ", "")))
        elif topic == "movement_speed":
            before.append(Bit(words=f"{adverb} ", says=means, topic=topic, cut=True, wrong=_spaced(wrong[:1], "", " ")))
        else:
            adjectives.append(Bit(words=f"{adjective}, ", says=means, topic=topic, wrong=_spaced(wrong[1:], "", ", ")))
    verb, noun = pick.one(("makes ", "movement"), ("performs ", "movement"), ("makes ", "series of movements"))
    if not truth.is_true("moving_camera"):
        verb, noun = "takes ", "path"
    noun = f"complex {noun}" if noun != "series of movements" else "complex movement"
    lead: list[str | Bit] = [*before, verb, "a ", *adjectives]
    lead.append(Bit(words=noun, says=says, topic="movement"))
    if not done:
        return sentence("The camera ", *lead, *shake, ".")
    told = _told(done, pick, [])
    join = pick.one(" in which it ", ": it ", ", in which it ")
    return sentence("The camera ", *lead, *shake, join, told, ".", topic="direction")


def _told(done: list[Step], pick: Picker, before: list[Bit]) -> list[Bit]:
    """'pans left while tilting up, then dollies in'."""
    bits: list[Bit] = []
    then = pick.one(", then ", ", then ", " and then ", " before ")
    ing = then == " before "
    for number, step in enumerate(done):
        if number:
            bits.append(Bit(words=then if number < 2 or not ing else ", then "))
        late = bool(number) and ing and number < 2
        bits += _step(step, pick, [] if number else before, late)
    return bits


def _step(step: Step, pick: Picker, before: list[Bit], ing: bool) -> list[Bit]:
    first, *rest = (_move(move, pick) for move in step.moves)
    bits = [*before, Bit(words=first[1 if ing else 0], says=first[2], topic="direction", wrong=first[3 if not ing else 4])]
    join = pick.one(" while ", " while ", " as it ") if step.at_once and not ing else " while " if step.at_once else ""
    for number, move in enumerate(rest):
        as_it = join == " as it " or (not step.at_once and not ing)
        lead = join if number == 0 and join else " and " if number == len(rest) - 1 else ", "
        bits.append(Bit(words=lead))
        bits.append(Bit(words=move[0 if as_it else 1], says=move[2], topic="direction", wrong=move[3 if as_it else 4]))
    return bits


def _move(move: str, pick: Picker) -> tuple[str, str, tuple[str, ...], tuple[Wrong, ...], tuple[Wrong, ...]]:
    """(finite, participle, says, errors in either form)"""
    at = pick.number(len(FORMS[move]))
    at = 0 if pick.chance(40) else at
    forms = FORMS[move]
    other = FORMS[OTHER[move]]
    right, false = forms[at], other[min(at, len(other) - 1)]
    says = (move,) if not move.startswith("whip") else (move, "whip_pan")
    wrong = [(Wrong(kind="direction", words=_join(false, form)),) for form in (0, 1)]
    return _join(right, 0), _join(right, 1), says, wrong[0], wrong[1]


def _join(form: Form, which: int) -> str:
    return f"{form[which]} {form[2]}".strip()


def _dolly_zoom(truth: Truth, pick: Picker) -> Sentence:
    says = ("dolly_zoom",)
    name = Bit(words=pick.one("a dolly zoom", "a dolly zoom"), says=says)
    _, after = _adverbs(truth, pick)
    halves = [move for move in ("dolly_in", "dolly_out", "zoom_in", "zoom_out") if truth.is_true(move)]
    told: list[Bit] = []
    for number, move in enumerate(halves):
        form = FORMS[move][0]
        wrong = (Wrong(kind="direction", words=_join(FORMS[OTHER[move]][0], 1)),)
        told += [Bit(words=" while " if number else ", "), Bit(words=_join(form, 1), says=(move,), wrong=wrong)]
    others = [move for step in steps(truth) for move in step.moves if move not in halves]
    more = [Bit(words=" It also ")] if others else []
    for number, move in enumerate(others):
        more += [Bit(words=" and ")] if number else []
        finite, _, meant, wrong, _ = _move(move, pick)
        more.append(Bit(words=finite, says=meant, wrong=wrong))
    end = [*more, Bit(words=".")] if more else []
    return sentence("The camera performs ", name, told, after, ".", end, topic="direction")


# ---------------------------------------------------------------------------------------------- what it is done for


def _gestures(truth: Truth, pick: Picker) -> Sentence | None:
    who = truth.the(truth.main) if truth.main else "the subject"
    words = {
        "push_in": f"pushes in on {who}", "pull_out": f"pulls back from {who}",
        "reveal": "moves on to reveal what was out of view", "fly_through": "passes through a narrow opening",
        "snap_zoom": "makes a snap zoom",
    }  # fmt: skip
    told = [words[each] for each in truth.many("movement_gestures") if each in words]
    if not told:
        return None
    says = truth.needed.get("movement_gestures", ())
    return sentence("The camera ", Bit(words=" and ".join(told), says=says), ".", topic="direction")


def _following(truth: Truth, pick: Picker) -> Sentence | None:
    if not truth.is_true("tracking_shot"):
        return None
    who = truth.the(truth.main) if truth.main else "the moving subject"
    sides = {
        "side": ("from the side",), "tail": ("from behind",), "lead": ("from the front",),
        "aerial": ("from the air", "from above"), "arc": ("in an arc",), "pan": ("by panning",), "tilt": ("by tilting",),
    }  # fmt: skip
    ways = {
        "side_tracking_shot": "side", "tail_tracking_shot": "tail", "lead_tracking_shot": "lead",
        "aerial_tracking_shot": "aerial", "arc_tracking_shot": "arc", "pan_tracking_shot": "pan",
        "tilt_tracking_shot": "tilt",
    }  # fmt: skip
    found = [(name, way) for name, way in ways.items() if truth.is_true(name)]
    how: list[Bit] = []
    for name, way in found:
        false = [other for other in ("side", "tail", "lead") if other != way]
        wrong = tuple(Wrong(kind="tracking", words=f" {sides[other][0]}") for other in false)
        how.append(Bit(words=f" {pick.one(*sides[way])}", says=(name,), topic="tracking", wrong=wrong, cut=True))
    for name, words in (("front_side_tracking_shot", " from the front side"), ("rear_side_tracking_shot", " from the rear side")):
        if truth.is_true(name):
            how.append(Bit(words=words, says=(name,), topic="tracking", cut=True))
    turns = any(way in ("pan", "tilt") for _, way in found)
    for way in ("left", "right"):
        if truth.is_true(f"side_tracking_{way}"):
            false = (Wrong(kind="direction", words=f"tracks {'left' if way == 'right' else 'right'} alongside {who}"),)
            says = (f"side_tracking_{way}", "tracking_shot")
            tracking = Bit(words=f"tracks {way} alongside {who}", says=says, topic="tracking", wrong=false)
            return sentence("The camera ", tracking, ".", topic="tracking")
    verb = "tracks " if turns else pick.one("tracks ", "follows ", "is tracking ")
    tracking = Bit(words=f"{verb}{who}", says=("tracking_shot",), topic="tracking")
    lead = pick.one("The camera ", "Throughout, the camera ") if len(how) < 3 else "The camera "
    return sentence(lead, tracking, how, ".", topic="tracking")


def _grows(truth: Truth, pick: Picker) -> Sentence | None:
    change = truth.get("subject_size_change")
    who = truth.the(truth.main) if truth.main else "the subject"
    if change not in ("larger", "smaller") or not truth.is_true("tracking_shot"):
        return None
    says = truth.needed.get("subject_size_change", ())
    other = "smaller" if change == "larger" else "larger"
    size = Bit(words=change, says=says, wrong=(Wrong(kind="size", words=other),))
    verb = pick.one("becomes", "grows", "gets") if change == "larger" else pick.one("becomes", "grows", "gets")
    return sentence(f"{who[:1].upper()}{who[1:]} {verb} ", size, " in the frame.", topic="tracking")
