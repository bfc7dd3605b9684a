"""Classifiers that judge captions without looking at the film: what they get right, text alone gives away.

Two families that share no feature: ``words`` (TF-IDF of 1 to 3 words, logistic regression) and ``characters`` (runs of
2 to 5 characters and the shape of the text, trees). A set that was filtered by one is measured with the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from videolect.dataset.rows import Row
from videolect.errors import MissingExtra

Family = Literal["words", "characters"]
FOLDS = 5


def blind_yes(
    rows: Sequence[Row], train: Sequence[Row] = (), *, family: Family = "words", seed: int = 0, folds: int = FOLDS
) -> dict[str, float]:  # fmt: skip
    """P(Yes) of each Yes/No row by its words alone.

    It learns from the rows of ``train``; where there are none, from the other sources of ``rows`` themselves, fold by
    fold. MissingExtra without scikit-learn.
    """
    texts, right = _texts(rows), _right(rows)
    if train:
        scores = classifier(family, seed)(_texts(train), _right(train), texts)
    else:
        scores = out_of_fold(texts, right, [row.source_id for row in rows], family=family, seed=seed, folds=folds)
    return {row.row_id: float(score) for row, score in zip(rows, scores, strict=True)}


def out_of_fold(
    texts: Sequence[str], right: NDArray[np.bool_], sources: Sequence[str], *, family: Family, seed: int,
    folds: int = FOLDS,
) -> NDArray[np.float64]:  # fmt: skip
    """P(Yes) of each text by a classifier that saw no text of its source; 0.5 where the others are all of one kind."""
    fold = np.array([_fold(source, seed, folds) for source in sources])
    scores = np.full(len(texts), 0.5)
    judge = classifier(family, seed)
    for number in range(folds):
        here, there = np.flatnonzero(fold == number).tolist(), np.flatnonzero(fold != number).tolist()
        if len(here) and len(np.unique(right[there])) == 2:
            scores[here] = judge([texts[at] for at in there], right[there], [texts[at] for at in here])
    return scores


def _fold(source: str, seed: int, folds: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"fold {seed}\0{source}".encode(), digest_size=8).digest()) % folds


Judge = Callable[[Sequence[str], NDArray[np.bool_], Sequence[str]], NDArray[np.float64]]
"""Learns from texts and whether they are right, and gives P(Yes) of others."""


def classifier(family: Family, seed: int = 0) -> Judge:
    """A classifier of one family. MissingExtra without scikit-learn."""
    try:
        import sklearn  # noqa: F401 - only to say so before work begins
    except ImportError:
        raise MissingExtra(
            "The classifiers that judge without looking need scikit-learn.", mend="pip install 'videolect[eval]'"
        ) from None
    return {"words": _words, "characters": _characters}[family](seed)


def _words(seed: int) -> Judge:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    def judge(texts: Sequence[str], right: NDArray[np.bool_], others: Sequence[str]) -> NDArray[np.float64]:
        vectors = TfidfVectorizer(ngram_range=(1, 3), min_df=2 if len(texts) > 200 else 1, sublinear_tf=True)
        model = LogisticRegression(C=10.0, max_iter=1000, random_state=seed)
        model.fit(vectors.fit_transform(texts), right)
        return np.asarray(model.predict_proba(vectors.transform(others))[:, 1], float)

    return judge


def _characters(seed: int) -> Judge:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer

    def judge(texts: Sequence[str], right: NDArray[np.bool_], others: Sequence[str]) -> NDArray[np.float64]:
        vectors = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=3 if len(texts) > 200 else 1, max_features=60_000,
            sublinear_tf=True,
        )  # fmt: skip
        found = vectors.fit_transform(texts)
        few = min(100, found.shape[1] - 1, found.shape[0] - 1)
        squeeze = TruncatedSVD(few, random_state=seed)
        model = ExtraTreesClassifier(400, min_samples_leaf=2, random_state=seed, n_jobs=2)
        model.fit(np.hstack([squeeze.fit_transform(found), shapes(texts)]), right)
        seen = np.hstack([squeeze.transform(vectors.transform(others)), shapes(others)])
        return np.asarray(model.predict_proba(seen)[:, 1], float)

    return judge


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


def _texts(rows: Sequence[Row]) -> list[str]:
    return [row.caption or "" for row in rows]


def _right(rows: Sequence[Row]) -> NDArray[np.bool_]:
    return np.array([row.target == "Yes" for row in rows], np.bool_)


def longer_wins(rows: Sequence[Row], *, characters: bool = False) -> Mapping[str, Any]:
    """The length of each caption as its score."""
    return {
        row.row_id: float(len(row.caption or "") if characters else len((row.caption or "").split())) for row in rows
    }
