"""ROUGE-L as rouge_score gives it with its stemmer: the F measure of the longest common subsequence of word stems.

Lin 2004. rouge_score fills a table of words x words; here a row of that table is one integer (Hyyrö 2004), and a word
is stemmed once however often it occurs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from videolect.errors import INSTALL, MissingExtra
from videolect.metrics.bleu import Floats
from videolect.metrics.pairs import equal_ends, paired

_OTHER = re.compile(r"[^a-z0-9]+")
_STEMMED_FROM = 4
"""rouge_score stems words of more than three characters."""


def rouge_l(hypotheses: Sequence[str], references: Sequence[str]) -> Floats:
    """F of each pair, 0..1: rougeL of ``RougeScorer(["rougeL"], use_stemmer=True)``. [pairs]

    Tokens are runs of a-z and 0-9 after lowering; all else separates, accented letters and other scripts too. Needs
    NLTK's Porter stemmer: raises MissingExtra without it.
    """
    stems = _Stems(_porter())
    tokens: dict[str, list[str]] = {}
    scores = np.zeros(len(hypotheses))
    for at, (hypothesis, reference) in enumerate(paired(hypotheses, references)):
        sides = []
        for text in (hypothesis, reference):
            if text not in tokens:
                tokens[text] = [stems[word] for word in _OTHER.sub(" ", text.lower()).split()]
            sides.append(tokens[text])
        scores[at] = _f(*sides)
    return scores


class _Stems(dict[str, str]):
    def __init__(self, stem: Callable[[str], str]) -> None:
        self.stem = stem

    def __missing__(self, word: str) -> str:
        self[word] = self.stem(word) if len(word) >= _STEMMED_FROM else word
        return self[word]


def _porter() -> Callable[[str], str]:
    try:
        from nltk.stem.porter import PorterStemmer
    except ImportError as error:
        raise MissingExtra(
            "ROUGE-L compares word stems, and NLTK, which finds them, is not installed.",
            mend=INSTALL.format("eval"),
        ) from error
    stem: Callable[[str], str] = PorterStemmer().stem
    return stem


def _f(hypothesis: Sequence[str], reference: Sequence[str]) -> float:
    common = common_subsequence(hypothesis, reference)
    if not common:
        return 0.0
    precision, recall = common / len(hypothesis), common / len(reference)
    return 2 * precision * recall / (precision + recall)


def common_subsequence(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence. Bit i of ``row`` is 0 where the table grows at one[i] (Hyyrö 2004)."""
    start, end = equal_ends(one, other)
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    places: dict[Hashable, int] = {}
    for at, token in enumerate(one):
        places[token] = places.get(token, 0) | 1 << at
    row = whole = (1 << len(one)) - 1
    for token in other:
        here = row & places.get(token, 0)
        if here:
            row = ((row + here) | (row - here)) & whole
    return start + end + len(one) - row.bit_count()
