"""CIDEr as pycocoevalcap computes it: tf-idf cosines of 1- to 4-grams, clipped, with a penalty for a different length.

Vedantam, Zitnick and Parikh 2015. The library's ``Cider`` is the paper's CIDEr-D without stemming; its length counts
bigrams, so it is one token short. All of that is kept. Document frequencies come from the references that are given:
a figure compares only with figures over the same references.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from videolect.metrics.bleu import ORDERS, Floats
from videolect.metrics.pairs import paired
from videolect.metrics.tokens import Encoded, Integers, Tokenizer, encode, expand

_SIGMA = 6.0
"""Spread of the length penalty, in tokens. It was set for COCO's captions of ten words; ours are far longer."""


def cider(hypotheses: Sequence[str], references: Sequence[str], tokenizer: Tokenizer = "regex") -> Floats:
    """CIDEr of each pair, 0..10 (the library's scale; papers often print ten times as much). [pairs]"""
    paired(hypotheses, references)
    texts = encode([*hypotheses, *references], tokenizer)
    pairs = texts.of.reshape(2, -1)
    if not pairs.size:
        return np.zeros(0)
    scores = sum((_cosines(terms, texts, pairs) for terms in _terms(texts)), np.zeros(pairs.shape[1]))
    bigrams = np.maximum(texts.lengths - 1, 0)[pairs]
    apart = (bigrams[0] - bigrams[1]).astype(np.float64)
    scaled: Floats = 10.0 * (scores / ORDERS) * np.exp(-(apart**2) / (2 * _SIGMA**2))
    return scaled


def _terms(texts: Encoded) -> Iterator[tuple[Integers, Integers, Integers]]:
    """For each order the different (text, n-gram) in order: texts, n-grams numbered from 0, how often."""
    text = np.repeat(np.arange(len(texts.lengths)), texts.lengths)
    left = texts.bounds[1:][text] - np.arange(len(text))
    grams = texts.ids
    for order in range(ORDERS):
        if order:
            keys = grams[:-1] * texts.vocabulary + texts.ids[order:]
            whole = left[: len(keys)] > order
            grams = np.zeros(len(keys), np.int64)
            grams[whole] = np.unique(keys[whole], return_inverse=True)[1]
        else:
            whole = np.ones(len(grams), np.bool_)
        if not whole.any():
            return
        size = int(grams.max()) + 1
        keys, counts = np.unique(text[: len(grams)][whole] * size + grams[whole], return_counts=True)
        yield keys // size, keys % size, counts


def _cosines(terms: tuple[Integers, Integers, Integers], texts: Encoded, pairs: Integers) -> Floats:
    """Clipped cosine of each pair for one order. [pairs]"""
    text, gram, counts = terms
    n, different = pairs.shape[1], len(texts.lengths)
    of_references = np.bincount(pairs[1], minlength=different)
    frequency = np.bincount(gram, weights=of_references[text])
    weights = counts * (np.log(float(n)) - np.log(np.maximum(frequency, 1.0)))[gram]
    norms = np.sqrt(np.bincount(text, weights=weights**2, minlength=different))
    both = norms[pairs[0]] * norms[pairs[1]]
    cosines: Floats = np.divide(_products(text, gram, weights, pairs), both, out=np.zeros(n), where=both != 0)
    return cosines


def _products(text: Integers, gram: Integers, weights: Floats, pairs: Integers) -> Floats:
    """Sum over common n-grams of min(hypothesis, reference) x reference. [pairs]"""
    n, size = pairs.shape[1], int(gram.max()) + 1
    bounds = np.searchsorted(text, np.arange(int(pairs.max()) + 2))
    sides = []
    for side in pairs:
        rows, starts = expand(np.arange(len(text)), bounds, side)
        sides.append((np.repeat(np.arange(n), np.diff(starts)) * size + gram[rows], weights[rows]))
    (keys, mine), (their_keys, theirs) = sides
    if not len(their_keys):
        return np.zeros(n)
    at = np.minimum(np.searchsorted(their_keys, keys), len(their_keys) - 1)
    found: NDArray[np.bool_] = their_keys[at] == keys
    products = np.minimum(mine[found], theirs[at[found]]) * theirs[at[found]]
    return np.bincount(keys[found] // size, weights=products, minlength=n).astype(np.float64)
