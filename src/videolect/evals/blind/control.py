"""Reward sets from which text alone gives little away.

A reward that is measured on drafts and their corrections can be right without looking: the two were written by
different models, and the correction is longer. So here both captions of a pair come from the same reviser, which
carried out a true critique and a corrupted one; pairs are matched by length; and what a classifier of one family of
features still tells apart is filtered out. What is left is measured with another family, on sources that it did not
learn from.

The filter follows AFLite (Le Bras et al. 2020): the pairs that out-of-fold classifiers are surest of go first.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from videolect.dataset.authors.triples import Variant
from videolect.dataset.corruption.values import original_id
from videolect.errors import BadInput
from videolect.evals.blind import pair_judges
from videolect.evals.blind.pair_judges import Family
from videolect.metrics.intervals import Estimate, bootstrap
from videolect.metrics.ranking import pairwise
from videolect.record.triple import Triple

FILTER: Family = "words"
JUDGES: tuple[Family, ...] = ("characters", "letters")
_BINS = (0, 2, 5, 10, 20)
"""Differences of length in words, up to which pairs are matched with their like."""
_AT_ONCE = 0.1
_ROUNDS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two captions of one clip by the same reviser."""

    id: str
    source_id: str
    aspect: str
    good: str
    bad: str
    kind: str
    """How the bad one was made."""

    @property
    def longer(self) -> int:
        """By how many words the good one is longer."""
        return len(self.good.split()) - len(self.bad.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Blind:
    """What judges get right that do not look, of all pairs of a stage."""

    pairs: int
    sources: int
    longer: Estimate
    words: Estimate
    characters: Estimate
    letters: Estimate

    def as_json(self) -> dict[str, object]:
        """With intervals over sources."""
        told = {name: getattr(self, name) for name in ("longer", "words", *JUDGES)}
        return {
            "pairs": self.pairs, "sources": self.sources, **{name: each.as_json() for name, each in told.items()}
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Controlled:
    """The pairs that are left, and what the blind judges made of each stage."""

    pairs: tuple[Pair, ...]
    stages: dict[str, Blind] = field(default_factory=dict)
    """``all``, ``matched``, ``filtered``."""


Say = Callable[[str], None]
Worse = Iterable[tuple[str, str, str, str | None]]
"""(kind, triple, the reviser's caption after a corrupted critique, the reviser where it is told)."""

AUTHORS: Mapping[str, str] = {"deletion_error_critique": "deletion", "replacement_error_critique": "replacement"}
"""The variants of the paper's authors whose revisions give the least away by themselves."""


def of_variants(variants: Iterable[Variant]) -> Iterator[tuple[str, str, str, str | None]]:
    """The authors' revisions after critiques in which a point was left out or a fact was replaced."""
    for each in variants:
        if each.variant in AUTHORS and each.revised_caption and not each.stale:
            yield AUTHORS[each.variant], each.triple_id, each.revised_caption, None


def of_triples(corrupted: Mapping[str, Iterable[Triple]]) -> Iterator[tuple[str, str, str, str | None]]:
    """The captions of corrupted triples, by the kind of the corruption."""
    for kind, triples in corrupted.items():
        yield from ((kind, original_id(triple), triple.post_caption, triple.post_model) for triple in triples)


def pairs_of(triples: Iterable[Triple], worse: Worse) -> tuple[list[Pair], dict[str, int]]:
    """Pairs of captions by the same reviser, and why the others are none.

    A final caption that a person touched is not the reviser's any more, and one of a perfect draft never was.
    """
    of = {triple.triple_id: triple for triple in triples}
    pairs: dict[str, Pair] = {}
    left_out: Counter[str] = Counter()
    for kind, name, text, reviser in worse:
        triple = of.get(name)
        if triple is None:
            why = "of no triple that is given"
        elif triple.kind != "revised":
            why = "of a draft that was not revised"
        elif triple.edited_by_hand:
            why = "whose final caption was edited by hand"
        elif reviser is not None and reviser != triple.post_model:
            why = "of two revisers"
        elif not text.strip() or not triple.post_caption.strip():
            why = "of which one is blank"
        elif _same(text, triple.post_caption):
            why = "that came out the same"
        elif _same(text, triple.pre_caption or ""):
            why = "whose worse caption is the draft as it was"
        else:
            pairs[f"{name}-{kind}"] = Pair(
                id=f"{name}-{kind}", source_id=triple.source_id, aspect=triple.aspect, good=triple.post_caption,
                bad=text, kind=kind,
            )  # fmt: skip
            continue
        left_out[why] += 1
    return list(pairs.values()), dict(sorted(left_out.items()))


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def as_triples(found: Controlled, triples: Iterable[Triple]) -> list[Triple]:
    """Each pair as a triple without a critique, so that rows are made of it as of any other."""
    of = {triple.triple_id: triple for triple in triples}
    return [
        replace(
            of[pair.id.removesuffix(f"-{pair.kind}")], triple_id=pair.id, kind="edited", mode="edit",
            pre_caption=pair.bad, critique=None, critique_raw=None, points=(), rejected_critique=None,
            rejected_post_caption=None, same_draft=None,
        )
        for pair in found.pairs
    ]  # fmt: skip


def controlled(
    pairs: Sequence[Pair], *, target: float = 0.52, seed: int = 0, fewest: int = 100, say: Say | None = None
) -> Controlled:
    """Match, filter, and measure each stage. BadInput where there are too few pairs to begin with.

    ``target``: the filter stops once its own family is right in no more than this share. ``fewest``: it never leaves
    fewer pairs, matched.
    """
    pairs = [pair for pair in pairs if pair.good.strip() and pair.bad.strip() and pair.good != pair.bad]
    if len(pairs) < fewest:
        raise BadInput(f"There are {len(pairs)} pairs of two texts.", mend=f"Give at least {fewest}.")
    tell = say or (lambda words: None)
    stages = {"all": measure(pairs, seed=seed)}
    tell(f"all: {len(pairs)} pairs")
    left = matched(pairs, seed)
    if len(left) < fewest:
        raise BadInput(
            f"Matched by length {len(left)} of {len(pairs)} pairs are left.",
            mend=f"Give pairs of which now the good and now the bad one is the longer, or ask for fewer than {fewest}.",
        )
    stages["matched"] = measure(left, seed=seed)
    tell(f"matched by length: {len(left)} pairs")
    left = filtered(left, target=target, seed=seed, fewest=fewest, say=tell)
    stages["filtered"] = measure(left, seed=seed + _ROUNDS)  # other folds than any that the filter had
    return Controlled(pairs=tuple(left), stages=stages)


def matched(pairs: Sequence[Pair], seed: int = 0) -> list[Pair]:
    """As many pairs whose good caption is longer as pairs whose bad one is, by aspect, kind and amount; order kept."""
    groups: dict[tuple[str, str, int], dict[bool, list[Pair]]] = defaultdict(lambda: {True: [], False: []})
    kept = {pair.id for pair in pairs if pair.longer == 0}
    for pair in pairs:
        if pair.longer:
            amount = int(np.searchsorted(_BINS, abs(pair.longer)))
            groups[pair.aspect, pair.kind, amount][pair.longer > 0].append(pair)
    for sides in groups.values():
        few = min(map(len, sides.values()))
        for side in sides.values():
            kept |= {pair.id for pair in sorted(side, key=lambda pair: _mix(pair.id, seed))[:few]}
    return [pair for pair in pairs if pair.id in kept]


def filtered(
    pairs: Sequence[Pair], *, target: float, seed: int = 0, fewest: int = 100, say: Say | None = None
) -> list[Pair]:  # fmt: skip
    """Without the pairs that classifiers of the family ``words`` are surest of, round after round, and matched by
    length again: the latest round that leaves ``fewest`` so."""
    kept: list[Pair] = list(pairs)
    left = np.arange(len(pairs))
    judge = pair_judges.judge_of(FILTER, *_sides(pairs))
    for number in range(_ROUNDS):
        margin = judge.margins(left, [pairs[at].source_id for at in left.tolist()], seed + number)
        right = float(np.mean((margin > 0) + (margin == 0) / 2))
        if say is not None:
            say(f"round {number}: {len(left)} pairs, {FILTER} right in {right:.1%}")
        surplus = int(np.ceil((right - target) * len(left)))
        if right <= target or len(left) <= fewest:
            break
        go = min(max(surplus, 1), int(_AT_ONCE * len(left)) + 1, len(left) - fewest)
        left = np.sort(left[np.argsort(-margin, kind="stable")[go:]])
        again = matched([pairs[at] for at in left.tolist()], seed)
        if len(again) < fewest:
            break
        kept = again
    return kept


def _sides(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    return [pair.good for pair in pairs], [pair.bad for pair in pairs]


def measure(pairs: Sequence[Pair], *, seed: int = 0) -> Blind:
    """What the longer caption and both families get right of these pairs, in percent, ties half."""
    groups = [pair.source_id for pair in pairs]

    def share(margin: NDArray[np.float64]) -> Estimate:
        pairwise(margin, np.zeros_like(margin))  # refuses what is no number
        wins = (margin > 0) + (margin == 0) / 2
        stats = np.stack([wins, np.ones(len(wins))], axis=1)
        return bootstrap(stats, groups, lambda sums: 100 * sums[..., 0] / sums[..., 1])

    return Blind(
        pairs=len(pairs), sources=len(set(groups)),
        longer=share(np.array([pair.longer for pair in pairs], float)),
        words=share(pair_judges.margins(*_sides(pairs), groups, "words", seed)),
        characters=share(pair_judges.margins(*_sides(pairs), groups, "characters", seed)),
        letters=share(pair_judges.margins(*_sides(pairs), groups, "letters", seed)),
    )  # fmt: skip


def _mix(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"control {seed}\0{name}".encode(), digest_size=8).digest()
