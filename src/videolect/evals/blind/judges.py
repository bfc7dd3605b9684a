"""Judges of captions that do not look at the film: what they get right, text alone gives away.

The floor of every reward: TF-IDF of runs of 1 to 3 words and logistic regression, or the length alone. ``pair_judges``
has those that are shown both captions of a pair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.dataset.rows.row import Row
from videolect.errors import INSTALL, MissingExtra

FOLDS = 5


def blind_yes(
    rows: Sequence[Row], train: Sequence[Row] = (), *, seed: int = 0, folds: int = FOLDS
) -> dict[str, float]:  # fmt: skip
    """P(Yes) of each Yes/No row by its words alone.

    It learns from the rows of ``train``; where these teach nothing, from the other sources of ``rows`` themselves, fold
    by fold. MissingExtra without scikit-learn.
    """
    need_sklearn()
    # The solver takes texts in an order that hangs on that of the rows.
    rows, train = (sorted(each, key=lambda row: row.row_id) for each in (rows, train))
    if teaches(train):
        seen = runs_of_words([*_texts(train), *_texts(rows)])
        scores = _judged(seen[: len(train)], _right(train), seen[len(train) :], seed)
    else:
        scores = _out_of_fold(rows, seed, folds)
    return {row.row_id: float(score) for row, score in zip(rows, scores, strict=True)}


def teaches(train: Sequence[Row]) -> bool:
    """Whether something can be learnt from these: rows of both kinds are needed."""
    return len(np.unique(_right(train))) == 2


def _out_of_fold(rows: Sequence[Row], seed: int, folds: int) -> NDArray[np.float64]:
    """0.5 where the other sources are all of one kind."""
    seen, right = runs_of_words(_texts(rows)), _right(rows)
    scores = np.full(len(rows), 0.5)
    for here, there in folds_of([row.source_id for row in rows], seed, folds):
        if len(np.unique(right[there])) == 2:
            scores[here] = _judged(seen[there], right[there], seen[here], seed)
    return scores


def folds_of(
    sources: Sequence[str], seed: int, folds: int = FOLDS
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:  # fmt: skip
    """(items of some sources, items of all others), so that every item comes once. By hash, whatever the order."""
    fold = np.array([_fold(source, seed, folds) for source in sources])
    for number in range(folds):
        here = np.flatnonzero(fold == number)
        if len(here):
            yield here, np.flatnonzero(fold != number)


def _fold(source: str, seed: int, folds: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"fold {seed}\0{source}".encode(), digest_size=8).digest()) % folds


def need_sklearn() -> None:
    """MissingExtra without scikit-learn: said before work begins."""
    try:
        import sklearn  # noqa: F401 - only whether it is there
    except ImportError:
        raise MissingExtra(
            "The classifiers that judge without looking need scikit-learn.", mend=INSTALL.format("eval")
        ) from None


def runs_of_words(texts: Sequence[str]) -> Any:
    """[texts, 2^20] counts of runs of 1 to 3 words, sparse: hashed, so what is seen of a text depends on it alone."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(ngram_range=(1, 3), n_features=2**20, alternate_sign=False, norm=None).transform(texts)


def _judged(seen: Any, right: NDArray[np.bool_], others: Any, seed: int) -> NDArray[np.float64]:
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    weigh = TfidfTransformer(sublinear_tf=True)
    # The dual problem has a number for each text and not for each run of words: twenty times faster here.
    model = LogisticRegression(C=10.0, solver="liblinear", dual=True, max_iter=200, random_state=seed)
    model.fit(weigh.fit_transform(seen), right)
    return np.asarray(model.predict_proba(weigh.transform(others))[:, 1], float)


def _texts(rows: Sequence[Row]) -> list[str]:
    return [row.caption or "" for row in rows]


def _right(rows: Sequence[Row]) -> NDArray[np.bool_]:
    return np.array([row.target == "Yes" for row in rows], np.bool_)


def longer_wins(rows: Sequence[Row], *, characters: bool = False) -> Mapping[str, Any]:
    """The length of each caption as its score."""
    return {
        row.row_id: float(len(row.caption or "") if characters else len((row.caption or "").split())) for row in rows
    }
