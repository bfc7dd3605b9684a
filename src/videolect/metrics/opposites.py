"""Which primitives are the opposite of which: the other direction, the other end of the clip, the other order.

    >>> opposites_of(["pan_left", "pan_right", "angle_from_high_to_low", "angle_from_low_to_high"]).mirror["pan_left"]
    'pan_right'

The specification has no field for opposites, but its names are regular: two primitives are a pair when swapping the
words of a direction turns the one name into the other. Pairs whose names are not regular stand in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

_DIRECTIONS = (
    ("left", "right"),
    ("in", "out"),
    ("up", "down"),
    ("clockwise", "counter_clockwise"),
    ("clockwise", "counterclockwise"),
    ("forward", "backward"),
    ("lower", "higher"),
    ("larger", "smaller"),
    ("front", "rear"),
)
_ODD_PAIRS = (
    ("push_in", "pull_out"),
    ("up_above_ground", "down_to_ground"),
    ("only_up_above_ground", "only_down_to_ground"),
    ("lead_tracking_shot", "tail_tracking_shot"),
    ("comes_forward", "goes_back"),
    ("moves_towards_camera", "moves_away_from_camera"),
    ("subject_turns_towards", "subject_turns_away"),
)
_ENDS = (("starts", "ends"), ("start", "end"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Opposites:
    """Each primitive that has one -> its opposite of that kind; both ways."""

    mirror: Mapping[str, str]
    """The other direction: left and right, in and out, clockwise and counter-clockwise."""
    end: Mapping[str, str]
    """The same state at the other end: ``shot_size_starts_wide``, ``shot_size_ends_wide``."""
    order: Mapping[str, str]
    """The reverse: ``angle_from_high_to_low``, ``angle_from_low_to_high``."""

    def kinds(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The column of claims that counts each kind, and its pairs."""
        yield "mirrored", self.mirror
        yield "swapped_ends", self.end
        yield "swapped_order", self.order


def opposites_of(primitives: Iterable[str]) -> Opposites:
    """The pairs among these names."""
    known = frozenset(primitives)
    odd = {a: b for a, b in chain(_ODD_PAIRS, ((b, a) for a, b in _ODD_PAIRS)) if a in known and b in known}
    mirror = dict(odd)
    end: dict[str, str] = {}
    order: dict[str, str] = {}
    for name in sorted(known):
        for pairs, candidates in (
            (mirror, (_swapped(name, *pair) for pair in _DIRECTIONS)),
            (end, (_swapped(name, *pair) for pair in _ENDS)),
            (order, _reversed(name)),
        ):
            other = next((other for other in candidates if other != name and other in known), None)
            if other is not None and name not in mirror:
                pairs[name] = other
    return Opposites(mirror=mirror, end=end, order=order)


def _swapped(name: str, one: str, other: str) -> str:
    """The name with these two words exchanged wherever they stand."""
    words = f"_{name}_".replace("counter_clockwise", "counter-clockwise").replace("_", "__")
    one, other = (word.replace("counter_clockwise", "counter-clockwise") for word in (one, other))
    words = words.replace(f"_{one}_", "_\0_").replace(f"_{other}_", f"_{one}_").replace("\0", other)
    return words.replace("__", "_").replace("-", "_").strip("_")


def _reversed(name: str) -> Iterator[str]:
    """What the name may be with the sides of its "to" exchanged, whatever stands before them."""
    words = name.split("_")
    for at in (at for at, word in enumerate(words) if word == "to"):
        for start in range(at - 1, -1, -1):
            yield "_".join([*words[:start], *words[at + 1 :], "to", *words[start:at]])
