"""How good captions are by their words, against the expert's. ``claims`` measures what they claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from videolect.dataset.rows.row import Row
from videolect.evals.measures.scores import Measure, Measured, mean
from videolect.metrics.intervals import ratio
from videolect.metrics.text import bleu_counts, cider, corpus_bleu, rouge_l, sentence_bleu

FIGURES: Mapping[str, str] = {
    "bleu4": "BLEU-4 of the corpus, sacrebleu, 13a, cased",
    "bleu4_lowercase": "BLEU-4 of the corpus, sacrebleu, 13a, lower case",
    "bleu4_sentence": "mean of sentence BLEU-4, sacrebleu, 13a, cased",
    "bleu4_nltk": "BLEU-4 of the corpus, NLTK, lower case, no punctuation",
    "bleu4_pycocoevalcap": "BLEU-4 of the corpus, pycocoevalcap, our tokens",
    "rouge_l": "ROUGE-L F, stems, 0-100",
    "cider": "CIDEr as pycocoevalcap computes it",
    "words_ratio": "words of the captions for each word of the experts'",
}
"""What each figure is; docs/metrics.md has the formulas."""


def measure(rows: Sequence[Row], texts: Mapping[str, str], *, full: bool = True) -> Measured:
    """Caption rows against what a system wrote for them. ``full``: also ROUGE-L and CIDEr, which take longer."""
    rows = [row for row in rows if row.row_id in texts]
    wrote, wanted = [texts[row.row_id] for row in rows], [row.target for row in rows]
    return Measured.of(rows, text_measures(wrote, wanted, full=full))


def text_measures(
    wrote: Sequence[str], wanted: Sequence[str], *, used: Any = None, prefix: str = "", full: bool = True
) -> list[Measure]:
    """The measures of words. ``used``: which of the pairs count; all where it is None."""
    use = np.ones(len(wrote), np.bool_) if used is None else used
    counts = bleu_counts(wrote, wanted)
    found = [
        _bleu(f"{prefix}bleu4", counts, "sacrebleu", use),
        _bleu(f"{prefix}bleu4_lowercase", bleu_counts(wrote, wanted, lowercase=True), "sacrebleu", use),
        mean(f"{prefix}bleu4_sentence", sentence_bleu(counts, "sacrebleu"), use),
        _bleu(f"{prefix}bleu4_nltk", bleu_counts(wrote, wanted, "camerabench"), "nltk", use),
        _bleu(f"{prefix}bleu4_pycocoevalcap", bleu_counts(wrote, wanted, "regex"), "pycocoevalcap", use),
    ]
    if full:
        found += [
            mean(f"{prefix}rouge_l", 100 * rouge_l(wrote, wanted), use),
            mean(f"{prefix}cider", cider(wrote, wanted), use),
        ]
    lengths = np.array([[len(text.split()) for text in wrote], [len(text.split()) for text in wanted]], float).T
    words = np.where(use[:, None], lengths.reshape(-1, 2), 0.0)
    return [*found, Measure(name=f"{prefix}words_ratio", stats=words, figure=ratio, used=use)]


def _bleu(name: str, counts: Any, implementation: Any, used: Any) -> Measure:
    stats = np.where(used[:, None], counts.stats(implementation), 0).astype(float)
    return Measure(name=name, stats=stats, figure=partial(corpus_bleu, implementation=implementation), used=used)
