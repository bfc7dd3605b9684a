"""BLEU-4 against one reference: counts per pair once, and from these the figures of three implementations.

    counts = bleu_counts(hypotheses, references)              # tokenizer="13a", cased
    corpus_bleu(counts, "sacrebleu")                          # 0..100
    corpus_bleu(counts[rows], "sacrebleu")                    # of some rows
    sentence_bleu(counts, "nltk").mean()
    corpus_bleu(sums, "sacrebleu")                            # sums [resamples, 10] of counts.stats("sacrebleu")

Papineni et al. 2002. The implementations differ in smoothing, in the brevity penalty at its edges and in what counts as
a corpus; docs/metrics.md has the table. Which tokens are counted is chosen apart from the implementation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.metrics.pairs import paired
from videolect.metrics.tokens import Encoded, Integers, Tokenizer, encode, expand

Implementation = Literal["sacrebleu", "nltk", "pycocoevalcap"]
"""``sacrebleu``: smoothing exp; a sentence has its effective order.

``nltk``: a corpus without smoothing, a sentence with method1. ``pycocoevalcap``: its BleuScorer with option closest,
without smoothing but for tiny constants.
"""

Floats = NDArray[np.float64]

ORDERS = 4
MATCHES, TOTALS, HYPOTHESIS, REFERENCE = slice(0, 4), slice(4, 8), 8, 9
"""Columns of counts: matches of 1 to 4 tokens, how many the hypothesis has of these, and both lengths."""

_PAIRS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, eq=False)
class BleuCounts:
    """What BLEU needs to know of each pair; rows can be chosen as from an array: ``counts[mask]``."""

    table: Integers
    """[pairs, 10]: matches of orders 1-4, totals of orders 1-4, tokens of the hypothesis, tokens of the reference."""

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, rows: Any) -> BleuCounts:
        """Some of the pairs: a mask, indices or a slice."""
        return BleuCounts(self.table[rows].reshape(-1, 10))

    def stats(self, implementation: Implementation) -> Integers:
        """[pairs, 10] whose sums over pairs ``corpus_bleu`` takes, for the bootstrap.

        NLTK counts at least one n-gram of each order per pair, also where a hypothesis is too short to have any.
        """
        _known(implementation)
        if implementation != "nltk":
            return self.table
        table = self.table.copy()
        table[:, TOTALS] = np.maximum(table[:, TOTALS], 1)
        return table


def bleu_counts(
    hypotheses: Sequence[str], references: Sequence[str], tokenizer: Tokenizer = "13a", lowercase: bool = False
) -> BleuCounts:
    """Count all pairs; exact. Raises BadInput when there are not as many references as hypotheses."""
    paired(hypotheses, references)
    texts = encode([*hypotheses, *references], tokenizer, lowercase)
    pairs = texts.of.reshape(2, -1)
    blocks = [_count(texts, pairs[:, at : at + _PAIRS_AT_ONCE]) for at in range(0, pairs.shape[1], _PAIRS_AT_ONCE)]
    matches = np.concatenate(blocks) if blocks else np.zeros((0, ORDERS), np.int64)
    lengths = texts.lengths[pairs]
    totals = np.maximum(lengths[0, :, None] - np.arange(ORDERS), 0)
    return BleuCounts(np.concatenate([matches, totals, lengths.T], axis=1))


def _count(texts: Encoded, pairs: Integers) -> Integers:
    """Matches [n, 4] of the pairs [2, n] of different texts.

    An n-gram of a pair is one integer: (pair, tokens, side), with the tokens numbered anew among these few texts. It is
    sorted and its runs are counted. Where it would need more than 63 bits the pairs are halved.
    """
    n = pairs.shape[1]
    tokens, bounds = expand(texts.ids, texts.bounds, pairs.T.ravel())
    seen = np.zeros(texts.vocabulary, np.bool_)
    seen[tokens] = True
    number = np.cumsum(seen) - 1
    bits = int(number[-1]).bit_length() if len(number) else 0
    if ORDERS * bits + (n - 1).bit_length() + 1 > 63:
        if n == 1:
            return _count_plainly(tokens, int(bounds[1]))
        return np.concatenate([_count(texts, pairs[:, : n // 2]), _count(texts, pairs[:, n // 2 :])])
    return _count_sorted(number[tokens], bounds, bits)


def _count_sorted(tokens: Integers, bounds: Integers, bits: int) -> Integers:
    """Matches [n, 4] of texts that follow one another as hypothesis, reference, hypothesis, ..."""
    n = len(bounds) // 2
    text = np.repeat(np.arange(2 * n), np.diff(bounds))
    left = bounds[1:][text] - np.arange(len(tokens))
    matches = np.zeros((n, ORDERS), np.int64)
    grams = text // 2
    for order in range(ORDERS):
        grams = (grams[: len(tokens) - order] << bits) | tokens[order:]
        whole = left[: len(grams)] > order
        keys = np.sort((grams[whole] << 1) | (text[: len(grams)][whole] & 1))
        if not len(keys):
            break
        starts = np.flatnonzero(np.concatenate([[True], np.diff(keys >> 1) != 0]))
        of_reference = np.add.reduceat(keys & 1, starts)
        of_hypothesis = np.diff(np.append(starts, len(keys))) - of_reference
        pair = keys[starts] >> (1 + bits * (order + 1))
        common = np.minimum(of_hypothesis, of_reference)
        matches[:, order] = np.bincount(pair, weights=common, minlength=n)
    return matches


def _count_plainly(tokens: Integers, split: int) -> Integers:
    """Matches [1, 4] of one pair with more different tokens than fit into an integer."""
    sides = tokens[:split].tolist(), tokens[split:].tolist()
    matches = []
    for order in range(1, ORDERS + 1):
        hypothesis, reference = (Counter(zip(*(side[at:] for at in range(order)), strict=False)) for side in sides)
        matches.append((hypothesis & reference).total())
    return np.array([matches], np.int64)


# ------------------------------------------------------------------------------------------------------------- figures


@overload
def corpus_bleu(counts: BleuCounts, implementation: Implementation) -> float: ...
@overload
def corpus_bleu(counts: NDArray[Any], implementation: Implementation) -> Floats: ...
def corpus_bleu(counts: BleuCounts | NDArray[Any], implementation: Implementation) -> float | Floats:
    """BLEU of a corpus, 0..100: of all pairs of a BleuCounts, or of arrays of sums [..., 10] -> [...].

    An array is taken as sums of ``BleuCounts.stats(implementation)``, one figure each: so 1,000 resampled corpora are
    one call. A corpus without pairs has 0.
    """
    _known(implementation)
    if isinstance(counts, BleuCounts):
        return float(_CORPUS[implementation](counts.stats(implementation).sum(axis=0).astype(np.float64)))
    return _CORPUS[implementation](_columns(counts))


def sentence_bleu(counts: BleuCounts | NDArray[Any], implementation: Implementation) -> Floats:
    """BLEU of each pair, 0..100. [pairs, 10] -> [pairs]"""
    _known(implementation)
    return _SENTENCE[implementation](_columns(counts.table if isinstance(counts, BleuCounts) else counts))


def _known(implementation: str) -> None:
    if implementation not in get_args(Implementation):
        named = ", ".join(get_args(Implementation))
        raise BadInput(f"There is no implementation {implementation!r} of BLEU.", mend=f"Name one of {named}.")


def _columns(counts: NDArray[Any]) -> Floats:
    if not counts.ndim or counts.shape[-1] != 10:
        raise BadInput(f"Counts of shape {counts.shape} are none of BLEU.", mend="Their last axis has 10 columns.")
    return counts.astype(np.float64)


def _brevity(counts: Floats) -> Floats:
    """exp(1 - reference / hypothesis) where the hypothesis is shorter; 0 for an empty one against a longer."""
    hypothesis, reference = counts[..., HYPOTHESIS], counts[..., REFERENCE]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hypothesis < reference, np.exp(1 - reference / hypothesis), 1.0)


def _sacrebleu(counts: Floats, effective_order: bool) -> Floats:
    """BLEU.compute_bleu with smooth_method="exp": the k-th order without matches has 1 / (2**k x total)."""
    matches, totals = counts[..., MATCHES], counts[..., TOTALS]
    there = totals > 0
    none = (matches == 0) & there
    smoothed = np.where(none, 0.5 ** np.cumsum(none, axis=-1), matches)
    logs = np.where(there, np.log(np.where(there, 100.0 * smoothed / np.where(there, totals, 1), 1.0)), 0.0)
    orders = there.sum(axis=-1)
    mean = logs.sum(axis=-1) / np.maximum(orders, 1)
    counted = matches.any(axis=-1) if effective_order else matches.any(axis=-1) & (orders == ORDERS)
    return np.where(counted, _brevity(counts) * np.exp(mean), 0.0)


def _nltk(counts: Floats, for_none: float, floor: float) -> Floats:
    """corpus_bleu with four equal weights; an order without matches has ``for_none`` matches, or this precision."""
    matches, totals = counts[..., MATCHES], np.maximum(counts[..., TOTALS], 1)
    precisions = np.where(matches > 0, matches / totals, np.maximum(for_none / totals, floor))
    score = _brevity(counts) * np.exp(0.25 * np.log(precisions).sum(axis=-1))
    return np.where(matches[..., 0] > 0, 100.0 * score, 0.0)


def _pycocoevalcap(counts: Floats) -> Floats:
    """BleuScorer.compute_score(option="closest"), fourth value."""
    small, tiny = 1e-9, 1e-15
    product: Floats = np.prod((counts[..., MATCHES] + tiny) / (counts[..., TOTALS] + small), axis=-1)
    ratio = (counts[..., HYPOTHESIS] + tiny) / (counts[..., REFERENCE] + small)
    score: Floats = 100.0 * product**0.25 * np.exp(np.minimum(1 - 1 / ratio, 0.0))
    return score


_SMALLEST = float(np.finfo(np.float64).tiny)
_CORPUS = {
    "sacrebleu": lambda counts: _sacrebleu(counts, effective_order=False),
    "nltk": lambda counts: _nltk(counts, for_none=0.0, floor=_SMALLEST),
    "pycocoevalcap": _pycocoevalcap,
}
_SENTENCE = {
    "sacrebleu": lambda counts: _sacrebleu(counts, effective_order=True),
    "nltk": lambda counts: _nltk(counts, for_none=0.1, floor=0.0),
    "pycocoevalcap": _pycocoevalcap,
}
