"""Whether something of one part stands in another: sources, texts that are nearly the same, films that show the same.

Texts are compared as sets of runs of five words. Two are near when they share at least half of the runs that either
has (Jaccard). Runs that stand in more than ``_COMMON`` texts tell nothing and only cost time: they find no pairs, but
count where a pair was found by others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

RUN = 5
NEAR = 0.5
_COMMON = 60
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One text of one part."""

    id: str
    part: str
    source: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NearTexts:
    """Two texts of different parts that are nearly the same."""

    one: Text
    other: Text
    jaccard: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SameFilms:
    """What was seen by whoever can look at films."""

    looked_at: int
    """Clips that were compared."""
    pairs: tuple[tuple[str, str], ...]
    """Sources that show the same, whatever their parts."""

    def in_several(self, part_of: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
        """Those whose two sources stand in different parts, each once."""
        different = {(min(pair), max(pair)) for pair in self.pairs if part_of(pair[0]) != part_of(pair[1])}
        return tuple(sorted(different))


@dataclass(frozen=True, kw_only=True, slots=True)
class Contamination:
    """What was found."""

    sources: Mapping[str, tuple[str, ...]]
    """Source -> the parts in which it stands, where there are several."""
    texts: tuple[NearTexts, ...]
    films: tuple[tuple[str, str], ...] = ()
    """Pairs of sources in different parts whose films show the same."""
    films_looked_at: int = 0
    """0: there were no films to look at, so nothing is known of them."""

    @property
    def clean(self) -> bool:
        """Whether no source and no film stands in two parts; stock sentences may."""
        return not self.sources and not self.films

    def as_json(self) -> dict[str, object]:
        """As commands print it and manifests keep it."""
        return {
            "clean": self.clean,
            "sources_in_several_parts": {source: list(parts) for source, parts in self.sources.items()},
            "near_texts": len(self.texts),
            "same_texts": sum(pair.jaccard == 1 for pair in self.texts),
            "near_text_examples": [
                {"one": pair.one.id, "other": pair.other.id, "parts": [pair.one.part, pair.other.part],
                 "jaccard": round(pair.jaccard, 3)}
                for pair in self.texts[:20]
            ],
            "same_films": [list(pair) for pair in self.films],
            "films_looked_at": self.films_looked_at,
        }  # fmt: skip


def sources_in_several(texts: Iterable[Text]) -> dict[str, tuple[str, ...]]:
    """Sources that stand in more than one part."""
    parts: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        parts[text.source].add(text.part)
    return {source: tuple(sorted(found)) for source, found in sorted(parts.items()) if len(found) > 1}


def near_texts(texts: Sequence[Text], near: float = NEAR) -> tuple[NearTexts, ...]:
    """Pairs of different parts whose texts share at least ``near`` of their runs, nearest first."""
    runs = [_runs(text.words) for text in texts]
    codes = np.concatenate(runs) if runs else np.empty(0, np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(each) for each in runs])
    part = np.unique([text.part for text in texts], return_inverse=True)[1]
    pairs = _shared(codes, owner, part)
    found = []
    for one, other in pairs:
        both = len(np.intersect1d(runs[one], runs[other], assume_unique=True))
        jaccard = both / (len(runs[one]) + len(runs[other]) - both)
        if jaccard >= near:
            found.append(NearTexts(one=texts[one], other=texts[other], jaccard=jaccard))
    return tuple(sorted(found, key=lambda pair: (-pair.jaccard, pair.one.id, pair.other.id)))


def _runs(words: str) -> NDArray[np.uint64]:
    """The runs of a text as numbers, each once. A text of fewer words is one run."""
    found = _WORDS.findall(words.lower())
    last = max(1, len(found) - RUN + 1)
    runs = {" ".join(found[at : at + RUN]) for at in range(last)}
    # Two sums of 32 bits: that two different runs share both does not happen among the millions that there are.
    return np.array(sorted(crc32(run.encode()) << 32 | crc32(run[::-1].encode()) for run in runs), np.uint64)


def _shared(codes: NDArray[np.uint64], owner: NDArray[np.int64], part: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pairs of texts of different parts with a run in common that is not everybody's."""
    if not len(codes):
        return []
    order = np.lexsort((owner, codes))
    codes, owner = codes[order], owner[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    ends = np.r_[starts[1:], len(codes)]
    pairs: set[tuple[int, int]] = set()
    for start, end in zip(starts, ends, strict=True):
        if 2 <= end - start <= _COMMON:
            who = owner[start:end]
            if len(set(part[who].tolist())) > 1:
                pairs.update(_of_different_parts(who.tolist(), part))
    return sorted(pairs)


def _of_different_parts(who: Sequence[int], part: NDArray[np.int64]) -> list[tuple[int, int]]:
    return [(one, other) for at, one in enumerate(who) for other in who[at + 1 :] if part[one] != part[other]]
