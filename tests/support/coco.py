"""BLEU-4 and CIDEr of one reference each as pycocoevalcap computes them, in plain Python over lists of tokens.

``tests/data/coco_scores.json`` holds what the library itself gave.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Tokens = Sequence[str]


def bleu(hypotheses: Sequence[Tokens], references: Sequence[Tokens]) -> float:
    """BLEU-4 of the corpus, 0..1."""
    score = 1.0
    for order in range(1, 5):
        sides = [(_grams(one, order), _grams(other, order)) for one, other in zip(hypotheses, references, strict=True)]
        right, guessed = sum((one & other).total() for one, other in sides), sum(one.total() for one, _ in sides)
        score *= (right + 1e-15) / (guessed + 1e-9)
    ratio = (sum(map(len, hypotheses)) + 1e-15) / (sum(map(len, references)) + 1e-9)
    return score**0.25 * (math.exp(1 - 1 / ratio) if ratio < 1 else 1.0)


def cider(hypotheses: Sequence[Tokens], references: Sequence[Tokens]) -> list[float]:
    """CIDEr of each pair, 0..10; how rare an n-gram is goes by these references."""
    scores = [0.0] * len(references)
    for order in range(1, 5):
        documents = Counter(gram for text in references for gram in set(_grams(text, order)))

        def weights(text: Tokens, order: int = order, documents: Counter[Tokens] = documents) -> dict[Tokens, float]:
            grams = _grams(text, order).items()
            return {gram: n * (math.log(len(references)) - math.log(max(1, documents[gram]))) for gram, n in grams}

        for at, (one, other) in enumerate(zip(map(weights, hypotheses), map(weights, references), strict=True)):
            shared = sum(min(weight, other.get(gram, 0.0)) * other.get(gram, 0.0) for gram, weight in one.items())
            norms = math.hypot(*one.values()) * math.hypot(*other.values())
            scores[at] += shared / norms if norms else 0.0
    apart = [max(len(a) - 1, 0) - max(len(b) - 1, 0) for a, b in zip(hypotheses, references, strict=True)]
    return [10 * score / 4 * math.exp(-(bigrams**2) / 72) for score, bigrams in zip(scores, apart, strict=True)]


def _grams(text: Tokens, order: int) -> Counter[Tokens]:
    return Counter(zip(*(text[at:] for at in range(order)), strict=False))
