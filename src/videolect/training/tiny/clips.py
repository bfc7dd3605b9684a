"""Small staged clips of one camera movement each, for the tiny trained model: pictures, truth, and the stage's words.

Eight frames of 64x64 over two seconds, drawn straight from the scene; what clip N is depends on the seed and N alone.
They lie in parts of ``PART`` clips, each written whole or not at all, so a run that was stopped goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.files import whole_file
from videolect.language import load_spec
from videolect.record.acts.labels import Answer
from videolect.stage import VERSION
from videolect.stage.facts import Facts
from videolect.stage.format import Format
from videolect.stage.plan.wishes import Where, Wish
from videolect.stage.words import captions
from videolect.vlm.base import Film

if TYPE_CHECKING:
    from videolect.stage.clips import Clip

FRAMES = tuple(range(0, 16, 2))
FPS, SIZE = 8, (64, 64)
TIMES_S = tuple(frame / FPS for frame in FRAMES)
SLOW = 0.35
"""Share of the moving clips that move slowly."""
_TRIES = 40

MOVES: Mapping[str, tuple[str, str]] = {
    # primitive -> (field, answer)
    "pan_left": ("camera_pan", "right_to_left"), "pan_right": ("camera_pan", "left_to_right"),
    "tilt_up": ("camera_tilt", "up"), "tilt_down": ("camera_tilt", "down"),
    "roll_clockwise": ("camera_roll", "clockwise"), "roll_counter_clockwise": ("camera_roll", "counter_clockwise"),
    "zoom_in": ("camera_zoom", "in"), "zoom_out": ("camera_zoom", "out"),
    "dolly_in": ("camera_forward_backward", "forward"), "dolly_out": ("camera_forward_backward", "backward"),
    "truck_left": ("camera_left_right", "right_to_left"), "truck_right": ("camera_left_right", "left_to_right"),
    "pedestal_up": ("camera_up_down", "up"), "pedestal_down": ("camera_up_down", "down"),
    "fixed_camera": ("camera_movement", "no"),
}  # fmt: skip
NAMES = tuple(MOVES)
PART = 4 * len(NAMES)
"""Clips of one part: four of each movement."""

_ACROSS = (("pan_left", "pan_right"), ("truck_left", "truck_right"), ("roll_clockwise", "roll_counter_clockwise"))
_IN_TIME = (*_ACROSS, ("tilt_up", "tilt_down"), ("zoom_in", "zoom_out"), ("dolly_in", "dolly_out"),
            ("pedestal_up", "pedestal_down"))  # fmt: skip
MIRRORED = {one: other for pair in _ACROSS for one, other in (pair, pair[::-1])}
"""What a movement becomes in a mirror; the others stay."""
REVERSED = {one: other for pair in _IN_TIME for one, other in (pair, pair[::-1])}
"""What a movement becomes in a film that runs backward."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some clips with their truth."""

    pictures: NDArray[np.uint8]
    """[clips, frames, height, width, 3]."""
    moves: tuple[str, ...]
    slow: tuple[bool, ...]
    yes: tuple[frozenset[str], ...]
    """Of each clip the primitives that hold."""
    no: tuple[frozenset[str], ...]
    """Those that do not; of the others the truth says nothing."""

    def film(self, number: int) -> Film:
        """One of them as a model takes it."""
        return Film(pictures=self.pictures[number], times_s=TIMES_S)


def wish_of(move: str, *, slow: bool) -> Wish:
    """The record of such a clip, as far as it is asked for; the words are made of it too."""
    if move == "fixed_camera":
        return {"steadiness": "static", "camera_movement": "no"}
    field, answer = MOVES[move]
    made: dict[str, Answer] = {"steadiness": "smooth", "camera_movement": "major_simple", field: answer}
    return {**made, "camera_motion_speed": "slow"} if slow else made


@cache
def sentences(move: str, slow: bool) -> tuple[str, ...]:
    """The stage's captions of the camera for a clip of which no more is known: its movement in several wordings."""
    spec, found = load_spec(), dict[str, None]()
    record = {**wish_of(move, slow=slow), "shot_transition": False, "has_overlays": False}
    facts = Facts(record=record, frames=16, fps=Fraction(FPS), place="")
    for seed in range(12):
        found.update(dict.fromkeys(captions(spec, facts, "camera", seed)))
    return tuple(found)


def part(number: int, *, folder: Path, held_back: bool = False, say: Callable[[str], None] | None = None) -> Part:
    """From the folder, or drawn and kept there. ``held_back``: in places that no other part shows."""
    path = folder / f"{'held' if held_back else 'part'}-{VERSION}-{number:04d}.npz"
    if not path.is_file():
        if say is not None:
            say(f"Drawing {PART} clips: {path.name}")
        folder.mkdir(parents=True, exist_ok=True)
        pictures, told = _drawn(number, held_back)
        with whole_file(path) as partial, partial.open("wb") as file:
            np.savez(file, pictures=pictures, truth=np.array(json.dumps(told)))
    with np.load(path) as kept:
        told = json.loads(str(kept["truth"]))
        return Part(
            pictures=kept["pictures"], moves=tuple(one["move"] for one in told),
            slow=tuple(one["slow"] for one in told), yes=tuple(frozenset(one["yes"]) for one in told),
            no=tuple(frozenset(one["no"]) for one in told),
        )  # fmt: skip


def _drawn(number: int, held_back: bool) -> tuple[NDArray[np.uint8], list[dict[str, object]]]:
    from videolect.stage.clips import render_frames

    pictures, told = [], []
    for at in range(PART):
        move = NAMES[at % len(NAMES)]
        clip, slow, yes, no = staged(move, [2 if held_back else 1, number, at], held_back=held_back)
        pictures.append(np.stack(render_frames(clip, FRAMES)))
        told.append({"move": move, "slow": slow, "yes": sorted(yes), "no": sorted(no)})
    return np.stack(pictures), told


def staged(
    move: str, seed: Sequence[int], *, held_back: bool = False, size: tuple[int, int] = SIZE
) -> tuple[Clip, bool, set[str], set[str]]:
    """The first attempt that shows the movement as it was wished for; whether it is slow; the primitives that hold, and
    those that do not."""
    from videolect.stage.clips import clip_of

    spec, rng, where = load_spec(), np.random.default_rng(seed), Where(held_back=held_back)
    slow = move != "fixed_camera" and bool(rng.random() < SLOW)
    wish = wish_of(move, slow=slow)
    for _ in range(_TRIES):
        try:
            clip = clip_of(wish, int(rng.integers(1 << 31)), Format(size=size, fps=FPS, frames=16), where)
        except BadInput:
            continue
        states = clip.truth(spec).states
        others = [name for name in NAMES if name != move and states[name] is not False]
        if states[move] is True and not others and (states["slow_camera_movement"] is True) is slow:
            return (
                clip, slow, {name for name, state in states.items() if state is True},
                {name for name, state in states.items() if state is False},
            )  # fmt: skip
    raise BadInput(f"No clip of {move} came out in {_TRIES} attempts ({seed}).", mend="Report this: it is our fault.")
