"""Which clips a set holds, and what each should show. What clip N of a set is depends on the seed and N alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.stage import VERSION
from videolect.stage.format import Format
from videolect.stage.plan.repertoire import Repertoire
from videolect.stage.plan.wishes import Where, Wish, suits

Set = Literal["glossary", "exam", "bench", "train"]
SETS: tuple[Set, ...] = get_args(Set)

_SITES = ("street", "square", "hall", "meadow")
"""Where the glossary is shot: places with things near and far."""
_BOUND = 1 << 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Which clips are wanted."""

    set: Set
    count: int
    seed: int
    size: tuple[int, int] = (320, 180)
    fps: int = 16
    seconds: float = 4.0

    def __post_init__(self) -> None:
        if self.set not in SETS:
            raise BadInput(f"There is no set {self.set!r}.", mend=f"Use one of {', '.join(SETS)}.")
        if not 1 <= self.count <= 1_000_000:
            raise BadInput(f"{self.count} clips cannot be rendered.", mend="Ask for 1 to 1,000,000.")
        if not 0 <= self.seed < _BOUND:
            raise BadInput(f"The seed {self.seed} cannot be used.", mend=f"Give a whole number from 0 to {_BOUND - 1}.")
        if not 1 <= self.fps <= 120 or not 2 <= self.fps * self.seconds <= 2000:
            raise BadInput(
                f"{self.seconds:g} s at {self.fps} frames a second cannot be rendered.",
                mend="Give 1 to 120 frames a second, and 2 to 2,000 frames in all.",
            )
        self.format  # noqa: B018 - which refuses a size that cannot be rendered

    @property
    def format(self) -> Format:
        """Of its clips."""
        return Format(size=self.size, fps=self.fps, frames=round(self.seconds * self.fps))

    def as_json(self) -> dict[str, Any]:
        """What stands beside the clips."""
        return {
            "set": self.set, "seed": self.seed, "size": list(self.size), "fps": self.fps, "seconds": self.seconds,
            "version": VERSION,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """What a clip should show."""

    primitive: str
    state: bool
    """Whether it should come out true, or false beside its look-alike."""
    wish: Wish
    where: Where
    also: str | None = None
    """The look-alike that should be true instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One clip of a set."""

    name: str
    aims: tuple[Aim, ...]
    """Tried one after another: some wishes do not come true with every seed."""
    seed: int


# --------------------------------------------------------------------------------------------------------------- jobs


def jobs_of(spec: Spec, order: Order) -> list[Job]:
    """The clips of the set, in order. A glossary has two for each primitive; ``count`` then is how many primitives."""
    known = Repertoire(spec)
    if order.set == "glossary":
        made = []
        for number, name in enumerate(known.names[: order.count]):
            seed = _seed(order, number)
            # A clip and its look-alike are shot in one place, if that can be, so that nothing else differs.
            sites = [Where(site=(place, seed % 1000)) for place in _SITES]
            shows = tuple(
                Aim(primitive=name, state=True, wish=wish, where=where)
                for where, place in zip(sites, _SITES, strict=True)
                for wish in sorted(known.examples[name], key=lambda wish: "both" in wish.values())
                if suits(wish, place)
            )
            made.append(Job(name=f"{name}.yes", aims=shows, seed=seed))
            others = tuple(
                Aim(primitive=name, state=False, wish=wish, also=other, where=where)
                for where, place in zip(sites, _SITES, strict=True)
                for other, wish in known.look_alikes[name]
                if suits(wish, place)
            )
            if others:
                made.append(Job(name=f"{name}.no", aims=others, seed=seed))
        return made
    where = Where(held_back=order.set == "bench")
    rng = np.random.default_rng([order.seed, 41, *order.set.encode()])
    decks: list[list[str]] = [[] for _ in range(_AIMS)]
    made = []
    for number in range(order.count):
        aims: list[Aim] = []
        for deck in decks:
            if not deck:
                deck += [known.names[at] for at in rng.permutation(len(known.names))]
            aims.append(_aim(known, deck.pop(), rng, where, 0.5 if order.set == "exam" else 0.25))
        made.append(Job(name=f"{order.set}-{order.seed}-{number:06d}", aims=tuple(aims), seed=_seed(order, number)))
    return made


_AIMS = 3
"""Of each clip of an exam, a benchmark or for training: the first that comes true counts."""


def _aim(known: Repertoire, name: str, rng: np.random.Generator, where: Where, share: float) -> Aim:
    """``share``: of clips that show a look-alike instead."""
    wishes, others = known.examples[name], known.look_alikes[name]
    one, other, draw = int(rng.integers(len(wishes))), int(rng.integers(max(1, len(others)))), rng.random()
    if others and draw < share:
        also, wish = others[other]
        return Aim(primitive=name, state=False, wish=wish, where=where, also=also)
    return Aim(primitive=name, state=True, wish=wishes[one], where=where)


def _seed(order: Order, number: int) -> int:
    return int(np.random.default_rng([order.seed, 43, number, *order.set.encode()]).integers(_BOUND))
