"""Which stretches of film show the same: fingerprints compared at every shift in time, and an index so that few are.

The distance of two fingerprints is the mean number of bits (of 64) in which the looks of pictures at the same moment
differ, at the best shift of one against the other. Different pictures differ in about 32 bits. Stretches that one fixed
camera took look alike all the time, so where something moved the changes have to agree too; and where the changes agree
well, the pictures may differ somewhat more (a crop, a logo).

**Cost.** Looks are parted into four bands of 16 bits; what has one band in common with another is compared bit by bit,
and only films with a pair of looks near each other are compared as sequences. docs/duplicates.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.video.look import BACK, MIRROR, RATE, STEP, Fingerprint

THRESHOLD = 10.0
"""Bits up to which two films are the same (docs/duplicates.md has the measurements)."""

LENIENT = 1.7
"""Where changes agree well the threshold is this many times as high: 17 bits for 10."""

CHANGES_AGREE_WELL, CHANGES_DIFFER = 16.0, 24.0
"""Bits. Changes of different moments differ in about 32."""

OVERLAP, SURE_OVERLAP = 0.5, 0.75
"""Share of the shorter of two stretches that has to lie beside the other; below the second only where changes agree
well, since some half of a still scene always looks like some half of another."""

CONTRAST = round(2.5 * STEP)
"""Below it a picture has no look. In steps, as fingerprints keep it."""

MOVED, MOVED_MUCH, STILL = (round(level * STEP) for level in (1.0, 2.0, 0.6))
"""From the first on a change means something. Where one film moved much and the other stood still, they differ."""

UNKNOWN = 16.0
"""What changes count for in the search for the best shift where there are too few to be compared."""

FEWEST_CHANGES = 4
MOST_CELLS = 4_000_000
"""Pairs of pictures up to which all shifts are tried: two films of eight minutes. Beyond it, the likely shifts."""

_LIKELY = 64
_BANDS = 4
_CHUNK = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """How two fingerprints agree best."""

    distance: float
    """Mean bits of 64 by which looks differ."""
    changes: float | None
    """The same of changes; None where too little moves to tell."""
    mirrored: bool
    shift_s: float
    """What the first shows ``t`` seconds after its start, the second shows at ``t + shift_s``."""
    overlap_s: float
    """How long both show something at that shift."""

    def is_same(self, threshold: float = THRESHOLD) -> bool:
        """Whether the two count as one."""
        if self.changes is not None and self.changes > CHANGES_DIFFER:
            return False
        sure = self.changes is not None and self.changes <= CHANGES_AGREE_WELL
        return self.distance <= threshold * (LENIENT if sure else 1.0)


def compare(one: Fingerprint, other: Fingerprint) -> Match | None:
    """The best shift of one against the other, straight or mirrored. None where one of them has nothing to compare."""
    found = [best for mirrored in (False, True) if (best := _best(one, other, mirrored)) is not None]
    return min(found, key=lambda scored: scored[0])[1] if found else None


def _best(one: Fingerprint, other: Fingerprint, mirrored: bool) -> tuple[float, Match] | None:
    """(score, match) of the best shift."""
    n, m = len(one.looks), len(other.looks)
    enough = (max(1.0, OVERLAP * min(n, m)), max(1.0, OVERLAP * min(_seen(one).sum(), _seen(other).sum())))
    mask = MIRROR if mirrored else np.uint64(0)
    if n * m <= MOST_CELLS:
        shifts = np.arange(1 - n, m)
        sums = _all_shifts(one, other, mask)
    else:
        shifts = _likely_shifts(one, other, mask)
        sums = np.array([_one_shift(one, other, mask, int(shift)) for shift in shifts]).reshape(-1, 5).T
    overlap, looks, looked, changes, changed = sums
    distance = looks / np.maximum(looked, 1)
    told = changed >= FEWEST_CHANGES
    change = np.where(told, changes / np.maximum(changed, 1), UNKNOWN)
    whole = (overlap >= SURE_OVERLAP * min(n, m)) | (told & (change <= CHANGES_AGREE_WELL))
    allowed = (overlap >= enough[0]) & (looked >= enough[1]) & whole
    if not allowed.any():
        return None
    # Longer overlaps win among equals.
    score = np.where(allowed, distance + change / 2 - 1e-3 * overlap / max(n, m), np.inf)
    at = int(np.argmin(score))
    match = Match(
        distance=float(distance[at]), changes=float(change[at]) if told[at] else None, mirrored=mirrored,
        shift_s=int(shifts[at]) / RATE, overlap_s=float(overlap[at]) / RATE,
    )  # fmt: skip
    return float(score[at]), match


def _seen(one: Fingerprint) -> NDArray[np.bool_]:
    return one.contrast >= CONTRAST


def _terms(
    one: Fingerprint, other: Fingerprint, mask: np.uint64, i: NDArray[np.int64], j: NDArray[np.int64]
) -> tuple[NDArray[np.float64], ...]:
    """Of samples ``i`` beside samples ``j``: bits of looks and whether they count; bits of changes and whether."""
    seen = (one.contrast[i] >= CONTRAST) & (other.contrast[j] >= CONTRAST)
    looks = np.bitwise_count(one.looks[i] ^ mask ^ other.looks[j]) * seen
    here, there = one.motion[i], other.motion[j]
    # The first samples of a stretch have nothing behind them: that says nothing, least of all that all stood still.
    known = (i >= BACK) & (j >= BACK)
    both = known & (here >= MOVED) & (there >= MOVED)
    either = known & (np.maximum(here, there) >= MOVED_MUCH) & (np.minimum(here, there) < STILL)
    changes = np.bitwise_count(one.changes[i] ^ mask ^ other.changes[j]) * both + 32 * either
    return tuple(term.astype(np.float64) for term in (looks, seen, changes, both | either))


def _all_shifts(one: Fingerprint, other: Fingerprint, mask: np.uint64) -> NDArray[np.float64]:
    """[5, n + m - 1] for each shift from 1 - n to m - 1: overlap, and the sums of the four terms."""
    n, m = len(one.looks), len(other.looks)
    i, j = (index.ravel() for index in np.indices((n, m), dtype=np.int64))
    at, length = j - i + n - 1, n + m - 1
    sums = [np.bincount(at, term, length) for term in _terms(one, other, mask, i, j)]
    return np.stack([np.bincount(at, minlength=length), *sums])


def _one_shift(one: Fingerprint, other: Fingerprint, mask: np.uint64, shift: int) -> list[float]:
    i = np.arange(max(0, -shift), min(len(one.looks), len(other.looks) - shift))
    return [len(i), *(float(term.sum()) for term in _terms(one, other, mask, i, i + shift))]


def _likely_shifts(one: Fingerprint, other: Fingerprint, mask: np.uint64) -> NDArray[np.int64]:
    """The shifts at which most pictures of the shorter meet a near one of the other, with their neighbours."""
    n, m = len(one.looks), len(other.looks)
    votes = np.zeros(n + m - 1)
    seen, there = _seen(one), np.flatnonzero(_seen(other))
    # A second's step finds as much: the neighbours are tried as well.
    for i in range(0, n, RATE if min(n, m) > 8 * RATE else 1):
        if seen[i]:
            near = there[np.bitwise_count(one.looks[i] ^ mask ^ other.looks[there]) <= THRESHOLD]
            votes[near - i + n - 1] += 1
    best = np.argsort(-votes, kind="stable")[:_LIKELY]
    best = np.unique(np.concatenate([best + step for step in (-2, -1, 0, 1, 2)]))
    return best[(best >= 0) & (best < n + m - 1)] - (n - 1)


# ---------------------------------------------------------------------------------------------------------------- many


class Index:
    """The looks of many films, to find those that share one with another film.

    Kept are the looks that differ from the one kept before in the same film by more than ``apart`` bits, and one a
    second at most; so a fixed camera gives few, whatever its length.
    """

    def __init__(self, prints: Sequence[Fingerprint], *, apart: int = 2) -> None:
        kept = [_key_looks(one, every=RATE, apart=apart) for one in prints]
        self._looks = np.concatenate([np.zeros(0, np.uint64), *kept])
        self._owners = np.repeat(np.arange(len(kept)), [len(looks) for looks in kept])
        bands = [_band(self._looks, band) for band in range(_BANDS)]
        self._orders = [np.argsort(values, kind="stable") for values in bands]
        self._starts = [
            np.searchsorted(values[order], np.arange(65537)) for values, order in zip(bands, self._orders, strict=True)
        ]

    def candidates(self, prints: Sequence[Fingerprint], *, bits: int = 12) -> set[tuple[int, int]]:
        """(place in ``prints``, place in the index) of films with a look of each within that many bits, or mirrored."""
        kept = [_key_looks(one, every=1, apart=0) for one in prints]
        looks = np.concatenate([np.zeros(0, np.uint64), *kept])
        owners = np.repeat(np.arange(len(kept)), [len(part) for part in kept])
        found: set[tuple[int, int]] = set()
        for mask in (np.uint64(0), MIRROR):
            for band in range(_BANDS):
                for mine, theirs in self._meetings(looks ^ mask, band):
                    near = np.bitwise_count((looks[mine] ^ mask) ^ self._looks[theirs]) <= bits
                    pairs = np.stack([owners[mine[near]], self._owners[theirs[near]]], axis=1)
                    found.update(map(tuple, np.unique(pairs, axis=0).tolist()))
        return found

    def _meetings(self, looks: NDArray[np.uint64], band: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Places of looks, and of looks of the index, that are equal in this band; a few millions at a time."""
        order, starts = self._orders[band], self._starts[band]
        values = _band(looks, band)
        counts = starts[values + 1] - starts[values]
        ends = np.cumsum(counts)
        first = 0
        while first < len(looks):
            last = max(first + 1, int(np.searchsorted(ends, ends[first] - counts[first] + _CHUNK)))
            mine = np.repeat(np.arange(first, last), counts[first:last])
            within = np.arange(len(mine)) - np.repeat(
                np.cumsum(counts[first:last]) - counts[first:last], counts[first:last]
            )
            yield mine, order[np.repeat(starts[values[first:last]], counts[first:last]) + within]
            first = last


def _key_looks(one: Fingerprint, *, every: int, apart: int) -> NDArray[np.uint64]:
    seen = one.looks[::every][_seen(one)[::every]]
    if not apart:
        return np.unique(seen)
    kept: list[int] = []
    for look in seen.tolist():
        if not kept or (look ^ kept[-1]).bit_count() > apart:
            kept.append(look)
    return np.array(kept, dtype=np.uint64)


def _band(looks: NDArray[np.uint64], band: int) -> NDArray[np.int64]:
    # Rows of frequencies alternate between bands, so that no band holds only the highest, which say least.
    turned = (looks >> np.uint64(8 * band)) & np.uint64(0xFF)
    return ((turned << np.uint64(8)) | ((looks >> np.uint64(8 * band + 32)) & np.uint64(0xFF))).astype(np.int64)


def find_pairs(
    prints: Sequence[Fingerprint], others: Sequence[Fingerprint] | None = None, *, threshold: float = THRESHOLD,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, int, Match]]:  # fmt: skip
    """(place in ``prints``, place in ``others``, how they agree) of all that are the same, by places.

    Without ``others``: pairs within ``prints``, the first place the smaller.
    """
    found = Index(prints if others is None else others).candidates(prints)
    if others is None:
        found = {(min(pair), max(pair)) for pair in found if pair[0] != pair[1]}
    there = prints if others is None else others
    for done, (a, b) in enumerate(sorted(found)):
        if on_progress:
            on_progress(done, len(found))
        match = compare(prints[a], there[b])
        if match is not None and match.is_same(threshold):
            yield a, b, match


def groups(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """What hangs together by pairs, of ``count`` things: groups of two and more, in rising order."""
    leader = list(range(count))

    def find(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for a, b in pairs:
        first, second = sorted((find(a), find(b)))
        leader[second] = first
    held: dict[int, list[int]] = {}
    for one in range(count):
        held.setdefault(find(one), []).append(one)
    return [members for members in held.values() if len(members) > 1]
