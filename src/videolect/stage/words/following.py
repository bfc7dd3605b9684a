"""Words for whom the camera follows, from where, and what its movement is for."""

from __future__ import annotations

from videolect.stage.words.sentences import Bit, Picker, Sentence, Wrong, capital, sentence
from videolect.stage.words.telling import Telling

WAYS = {
    "side_tracking_shot": ("from the side",), "tail_tracking_shot": ("from behind",),
    "lead_tracking_shot": ("from the front",), "aerial_tracking_shot": ("from the air", "from above"),
    "arc_tracking_shot": ("in an arc",), "pan_tracking_shot": ("by panning",), "tilt_tracking_shot": ("by tilting",),
    "front_side_tracking_shot": ("from the front side",), "rear_side_tracking_shot": ("from the rear side",),
}  # fmt: skip
_SIDES = ("side_tracking_shot", "tail_tracking_shot", "lead_tracking_shot")


def gestures(telling: Telling, pick: Picker, joined: bool = False) -> Sentence | None:
    """Movements that have a name of their own: in a sentence, or ``joined`` to the one that tells the movement."""
    who = telling.the(telling.main) if telling.main else "the subject"
    words = {
        "push_in": (f"pushes in on {who}", f", pushing in on {who}"),
        "pull_out": (f"pulls back from {who}", f", pulling back from {who}"),
        "reveal": ("moves on to reveal what was out of view", " to reveal what was out of view"),
        "fly_through": ("flies through a narrow gap", ", flying through a narrow gap"),
        "snap_zoom": ("makes a snap zoom", ", in a snap zoom"),
    }
    told = [words[each][joined] for each in telling.many("movement_gestures") if each in words]
    if not told:
        return None
    says = telling.needed.get("movement_gestures", ())
    if joined:
        bits = [Bit(words=each, says=says if number == 0 else (), cut=True) for number, each in enumerate(told)]
        return sentence(*bits, ".", topic="direction")
    return sentence("The camera ", Bit(words=" and ".join(told), says=says), ".", topic="direction")


def following(telling: Telling, pick: Picker, ing: bool = False) -> Sentence | None:
    """'The camera follows the woman from behind.', or with ``ing`` ', following the woman from behind.'"""
    if not telling.is_true("tracking_shot"):
        return None
    who = telling.the(telling.main) if telling.main else "the moving subject"
    verb = "tracking" if ing else "tracks"
    for way, other in (("left", "right"), ("right", "left")):
        if telling.is_true(f"side_tracking_{way}") and telling.is_true("side_tracking_shot"):
            wrong = (Wrong(kind="direction", words=f"{verb} {other} alongside {who}"),)
            says = (f"side_tracking_{way}", "tracking_shot")
            beside = Bit(words=f"{verb} {way} alongside {who}", says=says, wrong=wrong)
            return sentence(", " if ing else "The camera ", beside, ".", topic="tracking")
    how = [_way(name, words, pick) for name, words in WAYS.items() if telling.is_true(name)]
    if not any(telling.is_true(name) for name in ("pan_tracking_shot", "tilt_tracking_shot")):
        verb = pick.one("tracking", "following") if ing else pick.one("tracks", "follows", "is tracking")
    tracks = Bit(words=f"{verb} {who}", says=("tracking_shot",))
    lead = ", " if ing else pick.one("The camera ", "Throughout, the camera ")
    return sentence(lead, tracks, how, ".", topic="tracking")


def _way(name: str, words: tuple[str, ...], pick: Picker) -> Bit:
    others = [WAYS[other][0] for other in _SIDES if other != name]
    wrong = tuple(Wrong(kind="tracking", words=f" {other}") for other in others)
    return Bit(words=f" {pick.one(*words)}", says=(name,), topic="tracking", wrong=wrong, cut=True)


def grows(telling: Telling, pick: Picker) -> Sentence | None:
    """Whether who is followed becomes larger or smaller."""
    change = telling.get("subject_size_change")
    if change not in ("larger", "smaller") or not telling.is_true("tracking_shot"):
        return None
    who = capital(telling.the(telling.main) if telling.main else "the subject")
    other = "smaller" if change == "larger" else "larger"
    says = telling.needed.get("subject_size_change", ())
    size = Bit(words=change, says=says, wrong=(Wrong(kind="size", words=other),))
    return sentence(f"{who} {pick.one('becomes', 'grows', 'gets')} ", size, " in the frame.", topic="tracking")
