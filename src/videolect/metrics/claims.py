"""Claims of captions counted against what is known of their clips.

    said = [claims_of(caption) for caption in captions]           # videolect.language
    cells = judge(said, states, sayable)                           # states: one {primitive: True or False} per clip
    bootstrap(cells.stats(), videos, precision)
    bootstrap(cells.stats(only={"pan_left", "pan_right"}), videos, recall)

A primitive counts once per caption and state, however often it is said. A clip without a state for a primitive leaves
it undetermined: what is said of it is told apart (``open``) and enters no rate. Nothing is read here: the lexicon that
found the claims has its own error, docs/claims.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from videolect.errors import BadInput
from videolect.metrics.bleu import Floats
from videolect.metrics.intervals import divided
from videolect.metrics.opposites import Opposites, opposites_of
from videolect.metrics.tokens import Integers

COLUMNS = (
    "right", "hallucinated", "open", "denied_right", "denied_wrong", "denied_open", "sayable", "found", "omitted",
    "mirrored", "swapped_ends", "swapped_order",
)  # fmt: skip
"""What is counted of each item, in this order:

right, hallucinated, open: asserted and true, false, undetermined. denied_right, denied_wrong, denied_open: denied and
false, true, undetermined. sayable: true and among the primitives that a caption is asked to say; found: of these,
asserted; omitted: of these, neither asserted nor denied. mirrored, swapped_ends, swapped_order: hallucinated, and said
instead of the opposite direction, of the same state at the other end of the clip, or of the reverse order: that one is
true and is not asserted.
"""
_PLACE = {name: at for at, name in enumerate(COLUMNS)}


class Said(Protocol):
    """A claim, as ``videolect.language.claims_of`` finds them."""

    @property
    def primitive(self) -> str: ...

    @property
    def state(self) -> str:
        """``asserted`` or ``denied``."""


@dataclass(frozen=True, slots=True, eq=False)
class ClaimCounts:
    """Every single count: item, primitive, column. Figures and slices are sums of these."""

    n: int
    """Items."""
    primitives: tuple[str, ...]
    cells: Integers
    """[counts, 3]: item, place in ``primitives``, place in ``COLUMNS``."""

    def stats(self, only: Collection[str] | None = None) -> Floats:
        """[items, columns] for the bootstrap, of all primitives or of some."""
        cells = self.cells
        if only is not None:
            chosen = np.array([name in only for name in self.primitives], np.bool_)
            cells = cells[chosen[cells[:, 1]]]
        flat = cells[:, 0] * len(COLUMNS) + cells[:, 2]
        return np.bincount(flat, minlength=self.n * len(COLUMNS)).reshape(self.n, len(COLUMNS)).astype(np.float64)


def judge(
    said: Sequence[Iterable[Said]],
    states: Sequence[Mapping[str, bool]],
    sayable: Collection[str],
    opposites: Opposites | None = None,
) -> ClaimCounts:
    """Count each caption's claims against its clip's states.

    sayable: what a caption of this kind is asked to say, such as the primitives of its aspect; what is true beyond it
    is no omission. opposites: ``opposites_of`` the whole specification, or of the primitives that occur here.
    """
    if len(said) != len(states):
        raise BadInput(
            f"The claims of {len(said)} captions stand against the states of {len(states)} clips.",
            mend="Give the states of the clip of each caption, in the same order.",
        )
    claims = [_sorted(one) for one in said]
    names = {name for pair in claims for side in pair for name in side} | {name for one in states for name in one}
    primitives = tuple(sorted(names))
    pairs = opposites_of(primitives) if opposites is None else opposites
    place = {name: at for at, name in enumerate(primitives)}
    wanted = frozenset(sayable)
    cells = [
        (item, place[name], _PLACE[column])
        for item, ((asserted, denied), known) in enumerate(zip(claims, states, strict=True))
        for name, column in _judged(asserted, denied, known, wanted, pairs)
    ]
    return ClaimCounts(len(said), primitives, np.array(cells, np.int64).reshape(-1, 3))


def _sorted(claims: Iterable[Said]) -> tuple[set[str], set[str]]:
    asserted: set[str] = set()
    denied: set[str] = set()
    for claim in claims:
        if claim.state not in ("asserted", "denied"):
            raise BadInput(f"A claim has the state {claim.state!r}.", mend="A claim is asserted or denied.")
        (asserted if claim.state == "asserted" else denied).add(claim.primitive)
    return asserted, denied


def _judged(
    asserted: set[str], denied: set[str], known: Mapping[str, bool], sayable: frozenset[str], opposites: Opposites
) -> Iterable[tuple[str, str]]:
    """(primitive, column) for every count of one caption."""
    for name in asserted:
        state = known.get(name)
        yield name, "open" if state is None else "right" if state else "hallucinated"
        if state is False:
            for kind, pairs in opposites.kinds():
                other = pairs.get(name, "")
                if known.get(other) and other not in asserted:
                    yield name, kind
    for name in denied:
        state = known.get(name)
        yield name, "denied_open" if state is None else "denied_wrong" if state else "denied_right"
    for name, state in known.items():
        if state and name in sayable:
            yield name, "sayable"
            if name in asserted:
                yield name, "found"
            elif name not in denied:
                yield name, "omitted"


# ------------------------------------------------------------------------------------------------------------- figures


def column(sums: Floats, name: str) -> Floats:
    """One column of counts or of sums. [..., columns] -> [...]"""
    picked: Floats = sums[..., _PLACE[name]]
    return picked


def precision(sums: Floats) -> Floats:
    """Of what is asserted and can be judged, the share that is true. [..., columns] -> [...], as all below"""
    return divided(column(sums, "right"), column(sums, "right") + column(sums, "hallucinated"))


def hallucination_rate(sums: Floats) -> Floats:
    """Of what is asserted and can be judged, the share that is false: 1 - precision."""
    return divided(column(sums, "hallucinated"), column(sums, "right") + column(sums, "hallucinated"))


def recall(sums: Floats) -> Floats:
    """Of what is true and sayable, the share that is asserted."""
    return divided(column(sums, "found"), column(sums, "sayable"))


def omission_rate(sums: Floats) -> Floats:
    """Of what is true and sayable, the share of which nothing is said. With recall and what is denied wrongly: 1."""
    return divided(column(sums, "omitted"), column(sums, "sayable"))


def f1(sums: Floats) -> Floats:
    """Harmonic mean of precision and recall; 0 where either is 0: who says nothing of much to say has 0, not NaN."""
    sure, whole = precision(sums), recall(sums)
    return np.where((sure == 0) | (whole == 0), 0.0, divided(2 * sure * whole, sure + whole))


def denied_accuracy(sums: Floats) -> Floats:
    """Of what is denied and can be judged, the share that is false indeed."""
    return divided(column(sums, "denied_right"), column(sums, "denied_right") + column(sums, "denied_wrong"))


def mirror_rate(sums: Floats) -> Floats:
    """Of what is asserted and can be judged, the share that is the mirror of the truth: left for right, in for out."""
    return divided(column(sums, "mirrored"), column(sums, "right") + column(sums, "hallucinated"))


FIGURES: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "hallucination_rate": hallucination_rate,
        "omission_rate": omission_rate,
        "denied_accuracy": denied_accuracy,
        "mirror_rate": mirror_rate,
    }
)
"""By name, for reports."""
