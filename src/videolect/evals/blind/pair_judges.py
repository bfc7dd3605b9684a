"""Judges that are shown both captions of a pair, not the film, and say which is the good one.

Families of which the first shares no feature with the others. ``words``: differences of TF-IDF of runs of 1 to 3 words,
logistic regression. ``characters``: differences of the counts of runs of 2 to 5 characters and of the shape of the
text, boosted trees; ``letters``: the same runs with their capitals, by TF-IDF and logistic regression, which finds what
trees are too coarse for. A set that was filtered by the first is measured with the others. Seeing the difference makes
them stronger than judges of single captions: what both captions share cancels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from videolect.evals.blind.judges import folds_of, need_sklearn, runs_of_words

Family = Literal["words", "characters", "letters"]
Floats = NDArray[np.float64]

_RUNS = 300
"""Runs of characters that the trees see: those whose side differs most clearly in the pairs that they learn from."""
_FEWEST = 5


def margins(good: Sequence[str], bad: Sequence[str], sources: Sequence[str], family: Family, seed: int = 0) -> Floats:
    """Above 0 where a judge that saw no pair of the source prefers the good caption. [pairs]

    0 where there is nothing to learn from. MissingExtra without scikit-learn.
    """
    return judge_of(family, good, bad).margins(np.arange(len(good)), sources, seed)


class Judge(Protocol):
    """A family that has looked at pairs: it learns anew for any choice of them."""

    def margins(self, which: NDArray[np.intp], sources: Sequence[str], seed: int) -> Floats:
        """Of these pairs; ``sources`` are theirs."""


def judge_of(family: Family, good: Sequence[str], bad: Sequence[str]) -> Judge:
    """What the family sees of these pairs. MissingExtra without scikit-learn."""
    need_sklearn()
    if family == "characters":
        return _Trees(good, bad)
    runs = runs_of_words if family == "words" else _runs_of_letters
    return _Linear(runs(good), runs(bad))


def _runs_of_letters(texts: Sequence[str]) -> Any:
    """[texts, 2^18] counts of runs of 2 to 5 characters within words, capitals kept."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), n_features=2**18, lowercase=False, alternate_sign=False, norm=None
    ).transform(texts)


class _Linear:
    def __init__(self, good: Any, bad: Any) -> None:
        self.good, self.bad = good, bad

    def margins(self, which: NDArray[np.intp], sources: Sequence[str], seed: int) -> Floats:
        """Of these pairs; ``sources`` are theirs."""
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.linear_model import LogisticRegression

        found = np.zeros(len(which))
        good, bad = self.good[which], self.bad[which]
        for here, there in folds_of(sources, seed):
            if len(there) < 2:  # both answers are needed
                continue
            weigh = TfidfTransformer(sublinear_tf=True).fit(good[there])
            side = _sides(len(there), seed)
            model = LogisticRegression(C=10.0, solver="liblinear", dual=True, max_iter=300, fit_intercept=False,
                                       random_state=seed)  # fmt: skip
            seen = (weigh.transform(good[there]) - weigh.transform(bad[there])).multiply(side[:, None]).tocsr()
            model.fit(seen, side > 0)
            found[here] = model.decision_function(weigh.transform(good[here]) - weigh.transform(bad[here]))
        return found


class _Trees:
    def __init__(self, good: Sequence[str], bad: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        runs = HashingVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), n_features=2**17, alternate_sign=False, norm=None
        )  # fmt: skip
        self.runs = (runs.transform(good) - runs.transform(bad)).tocsr()
        self.runs.eliminate_zeros()
        self.shape = shapes(good) - shapes(bad)

    def margins(self, which: NDArray[np.intp], sources: Sequence[str], seed: int) -> Floats:
        """Of these pairs; ``sources`` are theirs."""
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits

        found = np.zeros(len(which))
        runs, shape = self.runs[which], self.shape[which]
        for here, there in folds_of(sources, seed):
            if not len(there):
                continue
            chosen = _clearest(runs[there])
            seen, others = (
                np.hstack([runs[at][:, chosen].toarray(), shape[at]]).astype(np.float32) for at in (there, here)
            )
            model = HistGradientBoostingClassifier(
                max_iter=150, learning_rate=0.15, max_leaf_nodes=15, min_samples_leaf=20, early_stopping=False,
                random_state=seed,
            )  # fmt: skip
            # Its threads wait actively: on a busy machine one is thirty times faster than two.
            with threadpool_limits(1):
                model.fit(np.vstack([seen, -seen]), np.repeat([True, False], len(there)))
                found[here] = model.predict_proba(others)[:, 1] - model.predict_proba(-others)[:, 1]
        return found


def _clearest(runs: Any) -> NDArray[np.intp]:
    """The runs that stand more often on one side than chance would have it (sign test)."""
    side = runs.sign()
    more, ever = np.asarray(side.sum(axis=0)).ravel(), np.asarray(abs(side).sum(axis=0)).ravel()
    clear = np.where(ever >= _FEWEST, np.abs(more) / np.sqrt(np.maximum(ever, 1)), -1.0)
    return np.argsort(-clear, kind="stable")[:_RUNS]


def _sides(count: int, seed: int) -> Floats:
    """Which caption is shown first, at random: a judge without an intercept needs both answers."""
    sides = np.random.default_rng(seed).choice([-1.0, 1.0], count)
    sides[: min(2, count)] = [1.0, -1.0][: min(2, count)]
    return np.asarray(sides)


def shapes(texts: Sequence[str]) -> NDArray[np.float64]:
    """[texts, 8]: the shape of a text without its words: lengths, sentences, commas, quotes, digits, capitals."""
    told = [
        (
            len(text), len(words := text.split()), sum(map(len, words)) / max(1, len(words)),
            len(re.findall(r"[.!?]", text)), text.count(","), text.count('"'), sum(c.isdigit() for c in text),
            sum(c.isupper() for c in text),
        )
        for text in texts
    ]  # fmt: skip
    return np.array(told, float).reshape(-1, 8)
